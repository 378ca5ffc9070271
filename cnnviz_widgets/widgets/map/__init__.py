"""The map of a whole network."""
