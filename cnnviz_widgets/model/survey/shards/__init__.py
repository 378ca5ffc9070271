"""Parts of a survey in other processes."""
