"""What records look like, and how they come in."""
