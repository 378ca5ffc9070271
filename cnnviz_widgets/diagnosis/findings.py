"""What a diagnosis says: findings with their evidence, and the report that orders them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..validation.objects import instance
from ..validation.scalars import a_number
from ..validation.texts import one_of
from .signs.registry import SIGNS

Kind: TypeAlias = str
"""Of a finding, such as ``dead``: a key of `signs.registry.SIGNS`."""

Severity: TypeAlias = Literal["severe", "warning", "note"]
View: TypeAlias = Literal["outputs", "weights"]

SEVERITIES: tuple[Severity, ...] = ("severe", "warning", "note")


@dataclass(frozen=True)
class Measurement:
    """A number that was measured.

    Attributes
    ----------
    name : str
        What it is, such as ``share of channels that are zero on every sample``.
    value : float
        A share is 0 to 1.
    is_share : bool
        Whether to show it as a percentage.
    """

    name: str
    value: float
    is_share: bool = False

    def __post_init__(self) -> None:
        a_number("value", self.value)


@dataclass(frozen=True)
class Comparison:
    """What a measurement was compared with, where it has no scale of its own.

    Attributes
    ----------
    name : str
        Such as ``the same architecture, freshly initialised``, ``the layer's own weights,
        shuffled`` or ``the inputs themselves``.
    value : float
        The same measurement there (the median of several).
    percentile : float or None
        Share of the reference's values below the measured one, in per cent; None where the
        reference is a single number.
    effect : float or None
        How far the measured value lies from the reference, in the reference's own spread
        (standard deviations), or as a ratio where it has none; `name` says which.
    """

    name: str
    value: float
    percentile: float | None = None
    effect: float | None = None

    def __post_init__(self) -> None:
        a_number("value", self.value)


@dataclass(frozen=True)
class Evidence:
    """A histogram small enough to be drawn beside a line of text.

    Attributes
    ----------
    label : str
        What the horizontal axis counts, with its unit: ``fork height (cosine distance)``.
    edges : tuple of float
        Of the bins, ascending; one more than `shares`.
    shares : tuple of float
        Share of the measured values in each bin.
    reference : tuple of float
        The same of the reference; () where there is none.
    """

    label: str
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    reference: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.shares) + 1:
            raise ValueError(
                f"edges must be one more than shares; got {len(self.edges)} and {len(self.shares)}"
            )
        if self.reference and len(self.reference) != len(self.shares):
            raise ValueError(
                f"reference must be as many as shares; got {len(self.reference)} and "
                f"{len(self.shares)}"
            )


@dataclass(frozen=True)
class Finding:
    """One cause of trouble: where, by what evidence, and what cures it.

    Attributes
    ----------
    kind : str
        What is wrong: one of `signs.registry.SIGNS`.
    severity : {'severe', 'warning', 'note'}
        'severe': the layer cannot do its work; 'warning': it does it badly, or part of it does
        not; 'note': worth a look, or too few samples to tell.
    layer : str
        Path of the layer where it begins; "" for the model as a whole.
    view : {'outputs', 'weights'}
        Where to look at it.
    channels : tuple of int
        The channels concerned, in the layer's own numbering; () for all of them.
    measured : Measurement
    reference : Comparison or None
        None where the measurement has a scale of its own.
    samples : int
        How many samples it rests on; 0 for findings about weights alone.
    summary : str
        One sentence that says what was found, numbers included.
    limits : str
        What these samples cannot tell, in one sentence; "" where nothing is in doubt.
    cure : str
        One sentence.
    source : str
        Where sign and cure come from, such as ``[WL20 §1.3.2]``.
    weight : str
        Name of the weight concerned, such as ``kernel``; "" for outputs.
    evidence : Evidence or None
    follows : tuple of str
        Paths of other layers in which the same cause shows; they have no finding of their own.
    channel_names : tuple of str
        What `channels` are called, where they stand for classes with names; else ().
    """

    kind: Kind
    severity: Severity
    layer: str
    view: View
    channels: tuple[int, ...]
    measured: Measurement
    reference: Comparison | None
    samples: int
    summary: str
    limits: str
    cure: str
    source: str
    weight: str = ""
    evidence: Evidence | None = None
    follows: tuple[str, ...] = ()
    channel_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_of("kind", self.kind, SIGNS)
        one_of("severity", self.severity, SEVERITIES)
        one_of("view", self.view, ("outputs", "weights"))
        instance("measured", self.measured, Measurement)


@dataclass(frozen=True)
class Skipped:
    """A question that was not answered.

    Attributes
    ----------
    what : str
        Which layer, kind or comparison.
    why : str
        The reason, and where there is one the way out.
    """

    what: str
    why: str
