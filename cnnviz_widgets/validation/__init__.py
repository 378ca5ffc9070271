"""Whether what was given is what was expected."""
