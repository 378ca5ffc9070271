"""What the boxes of a map show beside their rows: patches, densities, findings."""
