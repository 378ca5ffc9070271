"""Signs of how a model was trained."""
