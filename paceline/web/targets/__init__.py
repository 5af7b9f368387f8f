"""Targets: their list, and each with its tree."""
