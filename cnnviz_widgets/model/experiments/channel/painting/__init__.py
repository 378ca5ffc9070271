"""What a channel paints into the picture that a generator or decoder draws."""
