"""What is measured of inputs and targets."""
