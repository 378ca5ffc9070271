"""What one channel looks for: questions to the live model, and their answers in the page."""
