"""The registry of metrics: those that are built in, explained, and those of one's own."""
