"""The map of a whole network: its stations, their channels in groups, and how these act."""
