"""Views of the arrays of one layer."""
