"""A history in a folder: an open format that outlives a killed kernel."""
