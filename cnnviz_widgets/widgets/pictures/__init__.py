"""Still pictures, for places where no widget can run."""
