"""Which channels do the same thing: single linkage by cosine distance, and its tree."""
