"""What is measured of how a model was trained, and of what reaches its layers then."""
