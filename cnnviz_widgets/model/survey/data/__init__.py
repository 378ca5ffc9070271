"""Samples with numbers and labels."""
