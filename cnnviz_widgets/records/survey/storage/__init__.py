"""A survey in a folder: an open format that doubles as the checkpoint of a pass."""
