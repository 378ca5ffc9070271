"""The map of a whole network, read off the live model."""
