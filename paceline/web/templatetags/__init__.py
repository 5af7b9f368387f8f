"""What templates can do besides what Django lets them."""
