"""How training goes on, and what was kept of it."""
