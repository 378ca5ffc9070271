"""The parts of gradient ascent in input space."""
