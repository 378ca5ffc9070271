"""What is known of layers: kinds, shapes, weights, order."""
