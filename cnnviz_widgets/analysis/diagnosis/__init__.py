"""The signs of trouble: how each is measured, and what the numbers are taken to say."""
