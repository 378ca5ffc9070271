"""Signs that show in how a model is built."""
