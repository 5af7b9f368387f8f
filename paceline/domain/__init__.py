"""The rules a sales manager would argue about, as pure functions."""
