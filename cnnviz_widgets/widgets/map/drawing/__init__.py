"""What of a map is drawn: as it travels, and as a still picture."""
