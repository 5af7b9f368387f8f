"""Whole plans as spreadsheets: written, read back, and laid against what stands."""
