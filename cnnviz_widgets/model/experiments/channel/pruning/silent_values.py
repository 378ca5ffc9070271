"""What silenced channels have become where a layer reads them: numbers, or something else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....layers.layer_info import to_float32
from ....layers.layer_kinds import family
from ....reading.calls.layer_call import LayerCall
from .cannot_shrink import CannotShrink
from .cut import Change, Cut
from .plan import Plan

# Of the largest value: sums of the same numbers in another order differ by less.
_ROUNDING = 1e-5


class SilentValues:
    """Watches a pass in which the channels are silent, or another stands for them.

    Between the layer and those that read it each channel goes its own way: a silent one is some
    number then, the same for all inputs, and at all positions unless zeros were padded.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._readers: dict[int, tuple[Any, Cut]] = {
            id(layer): (layer, change.reads)
            for layer, change in plan.changed
            if change.reads is not None
        }
        self._values: dict[int, NDArray[np.float64]] = {}
        self._why: list[str] = []

    def observe(self, call: LayerCall) -> None:
        """Look at a call of the pass."""
        if id(call.layer) not in self._readers:
            return
        layer, cut = self._readers[id(call.layer)]
        given = np.moveaxis(to_float32(call.inputs[0]), cut.axis, -1)
        gone = given[..., cut.gone].reshape(-1, len(cut.gone)).astype(np.float64)
        if cut.stands is not None:
            own = given[..., cut.stands].reshape(gone.shape)
            if not np.max(np.abs(gone - own)) <= _ROUNDING * np.max(np.abs(own)):
                self._why.append(f"where '{layer.name}' reads them, none stands for another")
            self._values[id(layer)] = np.zeros(len(cut.gone))
            return
        spread = np.ptp(gone, axis=0)
        if not (spread <= _ROUNDING * np.abs(gone).max(axis=0)).all():
            self._why.append(
                f"where '{layer.name}' reads the silenced channels, they are not the same "
                f"everywhere{self._advice(layer)}"
            )
        self._values[id(layer)] = gone[0]

    def check(self) -> None:
        """See that a smaller model can do the same.

        Raises
        ------
        CannotShrink
            What is read of the silenced channels is no number that could be added elsewhere.
        """
        for layer, _ in self._readers.values():
            if id(layer) not in self._values:
                raise CannotShrink(f"'{layer.name}' was not seen to be called")
            if self._why:
                raise CannotShrink(self._why[0])
            values = self._values[id(layer)]
            if values.any() and not _adds_up(layer):
                raise CannotShrink(
                    f"where '{layer.name}' reads the silenced channels, they are not 0 (up to "
                    f"{np.abs(values).max():.3g}), which its bias cannot make up for"
                    f"{self._advice(layer)}"
                )

    def needs_bias(self, layer: Any) -> bool:
        """Whether what a layer read of the silenced channels has to go into its bias."""
        return id(layer) in self._values and bool(self._values[id(layer)].any())

    def bias(self, layer: Any, change: Change, values: dict[str, Any]) -> NDArray[np.float64]:
        """What it read of them, to be added to its bias."""
        assert change.reads is not None
        kernel = np.moveaxis(values["kernel"], change.read_axes["kernel"], -2)
        gone = kernel[..., change.reads.gone, :].astype(np.float64)
        over = tuple(range(gone.ndim - 2))
        added: NDArray[np.float64] = self._values[id(layer)] @ gone.sum(axis=over)
        return added

    def _advice(self, layer: Any) -> str:
        call = self._plan.graph.call_of(layer)
        maker = None if call is None else self._plan.graph.maker(call.inputs[0])
        if maker is None:
            return ""
        return f"; silence them at '{maker.operation.name}', whose output it reads"


def _adds_up(layer: Any) -> bool:
    """Whether a constant that a layer reads is a constant in what it makes."""
    if family(layer) == "Dense":
        return True
    is_plain = family(layer) in ("Conv1D", "Conv2D", "Conv3D")
    return is_plain and layer.padding == "valid"
