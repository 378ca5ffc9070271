"""How a model is read: calls, passes, inputs, locks."""
