"""What is measured of outputs, weights and inputs, one file a measurement."""
