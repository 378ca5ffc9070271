"""Cells, threads and the life of widgets in a notebook."""
