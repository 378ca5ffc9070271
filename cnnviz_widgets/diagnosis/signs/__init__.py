"""The kinds of finding, one file a kind."""
