"""Which channels do the same thing: linkage by cosine distance, and its tree."""
