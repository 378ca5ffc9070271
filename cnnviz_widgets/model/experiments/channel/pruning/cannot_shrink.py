"""Why there is no smaller model."""

from __future__ import annotations


class CannotShrink(ValueError):
    """Some channels cannot be taken out of a model; the message says where it fails, and why."""
