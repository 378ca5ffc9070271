"""What was seen of a model over a training."""
