"""What asking one channel needs of arrays."""
