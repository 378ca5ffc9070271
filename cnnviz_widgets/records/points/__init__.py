"""A layer's samples or channels as points of the plane."""
