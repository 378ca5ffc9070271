"""Following a model through its training."""
