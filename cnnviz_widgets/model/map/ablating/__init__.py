"""Silencing groups of channels, and what of it reaches the stations that read them."""
