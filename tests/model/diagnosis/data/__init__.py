"""Inputs and targets of a live model."""
