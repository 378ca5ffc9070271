"""How a projection leads back through nonlinearities, and which of them its rule covers."""
