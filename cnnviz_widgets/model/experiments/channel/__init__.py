"""Asking one channel what it looks for."""
