"""The map of a whole network, measured on a live model."""
