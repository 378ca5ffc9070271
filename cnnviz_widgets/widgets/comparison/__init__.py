"""Two models or moments side by side."""
