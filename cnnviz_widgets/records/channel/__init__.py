"""What was found when one channel was asked, as records."""
