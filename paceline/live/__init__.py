"""Telling open pages which assignments moved, as soon as a posting commits."""
