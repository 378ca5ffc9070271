"""Which samples the moments of a history are of, and what leads their rows."""
