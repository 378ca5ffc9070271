"""Arithmetic on one channel, or on the channels of one layer."""
