"""How each channel's values are distributed."""
