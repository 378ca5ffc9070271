"""How a snapshot lies in memory and in files."""
