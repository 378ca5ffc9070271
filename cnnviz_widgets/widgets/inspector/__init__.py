"""A live model, or a stored training, in a notebook cell."""
