"""Which samples the model is shown, and what is told of each."""
