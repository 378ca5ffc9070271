"""Values as tiles of 256 shades."""
