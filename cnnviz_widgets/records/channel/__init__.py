"""What was found when one channel was asked what it looks for."""
