"""Copying a target to its next window: what it is asked for, which window becomes which, and what would be made."""
