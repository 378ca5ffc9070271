"""Networks and other people's methods, to measure gradient ascent against."""
