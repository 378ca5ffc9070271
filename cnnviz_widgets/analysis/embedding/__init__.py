"""Rows of a matrix as points of the plane, and how far such a picture can be trusted."""
