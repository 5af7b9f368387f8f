"""One assignment: how far, why, since when, and every record behind it."""
