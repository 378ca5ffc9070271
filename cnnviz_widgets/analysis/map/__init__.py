"""What the map of a network is made of: groups of channels, their rows by class, their order."""
