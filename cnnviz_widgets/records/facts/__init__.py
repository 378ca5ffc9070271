"""What follows from the parts of a picture: of outputs, and of weights."""
