"""Channels taken away, and the smaller model that does without them."""
