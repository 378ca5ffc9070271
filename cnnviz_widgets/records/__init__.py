"""What travels: a layer as it was read, whole or as a snapshot."""
