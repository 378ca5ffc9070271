"""Whether things in a frame stand where they can be read and pressed.

A fault is one of

clipped
    A text is cut off, and no ellipsis with a title says all of it.
overlap
    Two controls share a place on the page, or two texts that are laid out together. What a
    popover or dialog covers does not count.
small
    A control's area is less than 24 px wide or high; that of its label counts.
outside
    Something lies beyond the frame.

What scrolls out of sight within the frame is no fault.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def faults(frame: Locator) -> list[str]:
    """The faults of one element and all within it, in words; the kind comes first."""
    found: list[str] = frame.evaluate(SCRIPT)
    return found


def assert_in_place(frame: Locator, state: str) -> None:
    """Raise where anything is out of place; `state` says what the page shows."""
    found = faults(frame)
    assert not found, f"{state}: {len(found)} faults\n" + "\n".join(found)
