"""What was found out about single channels: immutable, without Keras."""
