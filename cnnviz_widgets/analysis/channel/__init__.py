"""What a single channel looks for, and what that is worth: arrays in, arrays out."""
