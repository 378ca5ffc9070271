"""Calls, interrupts and imports: what everything else stands on."""
