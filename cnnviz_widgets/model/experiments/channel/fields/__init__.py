"""What part of the input each place of a layer sees, told by the traced graph."""
