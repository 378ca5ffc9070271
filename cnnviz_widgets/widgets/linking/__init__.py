"""What views share, and what travels to the page."""
