"""What a diagnosis measures of inputs and targets."""
