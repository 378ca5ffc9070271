"""One pass over many samples that sums up every channel of many layers."""
