"""Ways to run a model forward and have the parts of each layer made."""
