"""Seeing every layer's call during a forward pass."""
