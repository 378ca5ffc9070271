"""The map of a whole network at one moment: its stations, their groups, and how these act."""
