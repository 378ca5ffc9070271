"""Ways to run a model forward and hand over each layer's output."""
