"""The diagnosis of a live model."""
