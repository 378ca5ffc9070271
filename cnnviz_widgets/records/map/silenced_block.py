"""What a network does without one of its stations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SilencedBlock:
    """A station whose output is replaced by its parent's: all layers in between are left out.

    Attributes
    ----------
    path : str
        Of the station.
    parent : str or None
        Of the station that stands in its place; None where none can.
    samples : int
    change : float or None
        ‖after − before‖ / ‖before‖ over all values of all of the model's outputs; infinity where a
        value became or ceased to be finite. None where it was not tried.
    answers_changed, answers : int or None
        Samples for which another class has the highest score, of how many; None without scores of
        classes.
    loss_before, loss_after : float or None
        Mean over the samples; None where no targets were given.
    loss_name : str or None
    why_not : str
        Why it was not tried, in a few words; "" where it was.
    """

    path: str
    parent: str | None
    samples: int
    change: float | None = None
    answers_changed: int | None = None
    answers: int | None = None
    loss_before: float | None = None
    loss_after: float | None = None
    loss_name: str | None = None
    why_not: str = ""
