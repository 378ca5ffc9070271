"""The maps of a network that were kept of its training."""
