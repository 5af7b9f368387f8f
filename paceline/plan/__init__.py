"""What is aimed at: metrics, targets, assignments and their progress."""
