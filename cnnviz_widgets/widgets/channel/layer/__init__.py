"""A layer asked as a whole: which of its filters do nothing, and what it is without some."""
