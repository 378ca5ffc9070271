"""Two moments of a model, or two models: which layers and channels go together, what changed."""
