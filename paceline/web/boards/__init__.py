"""Leaderboards: their standings, making and changing them, and a wall screen."""
