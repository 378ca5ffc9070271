"""The view of a layer as a cloud of points."""
