"""Asking one channel of a live model what it looks for."""
