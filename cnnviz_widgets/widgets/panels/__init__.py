"""What stands beside the views of a layer."""
