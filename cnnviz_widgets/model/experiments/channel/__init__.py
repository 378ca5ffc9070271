"""Asking one channel of a live model what it is for."""
