"""What a hand does to a map, and how it is taken back."""
