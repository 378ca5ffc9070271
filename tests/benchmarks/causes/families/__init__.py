"""Architectures, each with a task: built by a recipe, trained by `training`."""

from __future__ import annotations

from . import images, other
from .recipe import Family, Recipe

FAMILIES: dict[str, Family] = images.FAMILIES | other.FAMILIES

__all__ = ["FAMILIES", "Family", "Recipe"]
