"""A sample organization, generated for any day: its people, a year and more of their records, and their targets."""
