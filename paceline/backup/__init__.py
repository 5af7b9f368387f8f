"""Backing the whole database up into one file, and restoring it: see docs/decisions/backup.md."""
