"""What was kept of a training, on the page."""
