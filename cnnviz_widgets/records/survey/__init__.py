"""What a survey of many samples found, as records."""
