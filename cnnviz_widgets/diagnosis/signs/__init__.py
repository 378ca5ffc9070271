"""The signs of trouble: what the measurements are taken to say."""
