"""What is tried on a model, or on a fresh copy of it, and undone."""
