"""Cascades, rebalancing, periods and taking back: shown row by row before anything changes."""
