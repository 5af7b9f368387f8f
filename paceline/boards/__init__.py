"""Leaderboards: who ranks where, by value, by attainment or most improved."""
