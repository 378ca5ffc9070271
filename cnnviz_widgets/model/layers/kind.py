"""What can be known of a kind of layer: the columns of the one table, and rows that recur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Reach: TypeAlias = Literal["same", "zero", "scaled"]


@dataclass(frozen=True)
class Kind:
    """One row: what is known of a kind of layer.

    Attributes
    ----------
    known : bool
        Whether anything is.
    carries : bool
        It only lays out anew, pads, copies or drops what it is given, or prepares inputs: nothing
        to look at in an analysis.
    finishes : bool
        It finishes what the layer before it began: an activation, a normalisation.
    bends : bool
        It applies a function to each value, or a softmax, whatever its ``activation`` says.
    activation : str or None
        Which one, by its name in ``keras.activations``, where the kind tells.
    reach : {'same', 'zero', 'scaled'} or None
        How the range of what it puts out follows from that of what it reads, in inference:
        ``"same"``: values of its input or between them; ``"zero"``: these and 0; ``"scaled"``:
        these times a scale, plus an offset. None: in no such way.
    channelwise : bool
        It has weights, but each of its channels comes from the same channel of its input only.
    normalises : bool
        It brings values to a magnitude of about 1, whatever it reads.
    vectors : bool
        Its weights are vectors with a number for each channel that it normalises.
    dense : bool
        Its weights are dense in all but the names of their axes.
    looks_up : bool
        It looks rows up in a table: what it puts out is no function of magnitudes.
    alone : {'scales', 'bends'} or None
        What an operation that merges several tensors does with a single one and numbers: scale or
        shift it, as `Rescaling` does, or bend it, as ``maximum(x, 0)`` does.
    merges : bool
        It makes one tensor of several.
    whole : bool
        What is inside it keeps heads or directions apart: it is looked at as a whole.
    fills : bool
        It takes only the shape of what it is given: its values are nobody's.
    recurrent : bool
        It goes through its input step by step, and its activation acts inside, between gates.
    in_steps : bool
        What is inside it is called once for each step: its outputs are steps of this one's work.
    channels_last : bool
        Its channels are on the last axis, whatever it reads.
    gates : tuple of str
        Of a recurrent cell, in the order in which Keras lays them side by side.
    kernel : tuple of str
        What the axes of its main weight mean: of "space", as many as there are, "in", "out",
        "multiplier", "token".
    separable : bool
        It has two kernels, and the outputs of the first one are no channels of its own.
    vocabulary : bool
        It is adapted to words, which its configuration need not have.
    """

    known: bool = True
    carries: bool = False
    finishes: bool = False
    bends: bool = False
    activation: str | None = None
    reach: Reach | None = None
    channelwise: bool = False
    normalises: bool = False
    vectors: bool = False
    dense: bool = False
    looks_up: bool = False
    alone: Literal["scales", "bends"] | None = None
    merges: bool = False
    whole: bool = False
    fills: bool = False
    recurrent: bool = False
    in_steps: bool = False
    channels_last: bool = False
    gates: tuple[str, ...] = ()
    kernel: tuple[str, ...] = ()
    separable: bool = False
    vocabulary: bool = False


UNKNOWN = Kind(known=False)


CARRIER = Kind(carries=True, reach="same")
PREPARES = Kind(carries=True)
WITHIN = Kind(reach="same")
PLAIN = Kind()


def rows(kind: Kind, *names: str) -> dict[str, Kind]:
    """The same row for several kinds."""
    return dict.fromkeys(names, kind)
