"""What is wrong with a model: measurements, signs of trouble, and the report."""
