"""What is known of the samples that a model is shown."""
