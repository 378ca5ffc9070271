"""A live model run on other inputs, no farther than it has to be."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...layers.layer_info import output_suffix, to_float32
from ...reading.call_recorder import Interruption, ModelCallError, Recorder
from ...reading.calls.layer_call import LayerCall
from ...reading.passes.eager_pass import EagerPass, forward, is_concrete_scope
from ...reading.probe import ModelProbe, reader_of
from ..changed_outputs import values_of

Array = NDArray[np.float32]

WORTH_A_TRACE = 400
"""Samples from which on tracing the model takes less time than it saves."""

MOST_IN_BATCH, MOST_BYTES = 128, 256 * 2**20
"""Samples that run at once: fewer where two layers' outputs, or the inputs, would take more."""


class PartialPass:
    """Runs a probe's model as far as one layer, or to its end.

    Traced where that pays, see `WORTH_A_TRACE`, or has been done before; else operation by
    operation. The model's lock is to be held.

    Parameters
    ----------
    probe : ModelProbe
    path : str or None
        Of the layer output that is asked for; None where only the model's are.
    peaks : bool
        Whether only each channel's maximum over the positions is asked for.
    samples : int
        How many will run in all, about.

    Attributes
    ----------
    batch : int
        How many are best run at once.
    samples : int
        May be set.

    Raises
    ------
    ValueError
        There is no such layer, or it has no channels.
    """

    def __init__(
        self, probe: ModelProbe, path: str | None, *, peaks: bool = False, samples: int = 1
    ) -> None:
        self._probe = probe
        self._info = info = None if path is None else probe.info(path)
        if info is not None and (info.channel_axis is None or info.output_shape[0] is not None):
            raise ValueError(
                f"layer '{path}' has no channels of samples: its output is of shape "
                f"{info.output_shape}"
            )
        self._peaks = peaks
        description = reader_of(probe).description()
        self._names = description.forward.listing.names
        can_trace = keras.backend.backend() == "tensorflow"
        self._can_trace = can_trace and not isinstance(description.forward, EagerPass)
        self.samples = samples
        self._fixed = fixed_batch(probe.model)
        self.batch = self._fixed or _best_batch(probe)

    def layer(self, inputs: Any) -> Array:
        """The layer's output; what comes after the layer does not run.

        Parameters
        ----------
        inputs : array, list or dict of array

        Returns
        -------
        ndarray of float32, shape (sample, …, channel), or (sample, channel) of peaks

        Raises
        ------
        ModelCallError
            The model's call raises, or calls the layer only in compiled code.
        """
        return self._given(inputs, whole=False)[0]

    def both(self, inputs: Any) -> tuple[Array | None, list[Array]]:
        """The layer's output, as of `layer`, and all that the model returns.

        Returns
        -------
        ndarray or None
            None where no layer is asked for.
        list of ndarray
        """
        given = self._given(inputs, whole=True)
        return (None, given) if self._info is None else (given[0], given[1:])

    def _given(self, inputs: Any, *, whole: bool) -> list[Array]:
        function = self._function(whole)
        count = len(keras.tree.flatten(inputs)[0])
        runs = []
        for start in range(0, count, self.batch):
            part = part_of(inputs, start, start + self.batch)
            runs.append(
                self._run(part, whole) if function is None else function(*keras.tree.flatten(part))
            )
        return (
            runs[0]
            if len(runs) == 1
            else [np.concatenate(each) for each in zip(*runs, strict=True)]
        )

    def _function(self, whole: bool) -> Callable[..., list[Array]] | None:
        """The traced function; None where the model is to run as it stands."""
        if not self._can_trace:
            return None
        from .partial_function import Ends, is_traced, partial_function

        ends = Ends(None if self._info is None else self._info.path, self._peaks, whole)
        if self.samples < WORTH_A_TRACE and not is_traced(self._probe, ends):
            return None
        return partial_function(self._probe, ends)

    def _run(self, inputs: Any, whole: bool) -> list[Array]:
        count = len(keras.tree.flatten(inputs)[0])
        seen, returned = self._seen(self._filled(inputs, count), whole)
        given = []
        if self._info is not None:
            if seen is None:
                raise ModelCallError(
                    f"layer '{self._info.path}' is called inside compiled code, where its output "
                    "cannot be read on other inputs",
                    self._info.path,
                )
            given.append(self._laid_out(to_float32(seen)))
        if whole:
            given += values_of(returned)
        return [array[:count] for array in given]

    def _seen(self, inputs: Any, whole: bool) -> tuple[Any, Any]:
        """The layer's output, None where it did not come by, and what the model returns."""
        seen: list[Any] = []

        def observe(call: LayerCall) -> None:
            for place, tensor in call.outputs:
                if self._info is None or call.path + output_suffix(place) != self._info.path:
                    continue
                seen.append(tensor)
                if not whole:
                    raise Interruption(_Reached())

        recorder = Recorder(
            self._probe.model, observe, in_scope=is_concrete_scope, names=self._names
        )
        try:
            forward(self._probe.model, inputs, recorder)
        except Interruption as stop:
            if not isinstance(stop.original, _Reached):
                raise stop.original from None
        return seen[-1] if seen else None, recorder.outputs

    def _filled(self, inputs: Any, count: int) -> Any:
        """The inputs repeated up to the only number of samples that the model takes."""
        size = self._fixed
        if size is None or count >= size:
            return inputs
        return mapped_inputs(inputs, lambda array: np.resize(array, (size, *array.shape[1:])))

    def _laid_out(self, array: Array) -> Array:
        axis = -1 if self._info is None else self._info.channel_axis or -1
        array = np.moveaxis(array, axis, -1)
        if not self._peaks or array.ndim < 3:
            return array
        peaks: Array = array.max(axis=tuple(range(1, array.ndim - 1)))
        return peaks


def fixed_batch(model: Any) -> int | None:
    """The only number of samples that a model takes; None where it takes any."""
    declared = keras.tree.flatten(getattr(model, "inputs", None) or [])
    sizes: list[int] = [int(each.shape[0]) for each in declared if each.shape[0] is not None]
    return min(sizes, default=None)


def mapped_inputs(inputs: Any, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Any:
    """The inputs, each of them changed."""
    return keras.tree.map_structure(change, inputs)


def part_of(inputs: Any, start: int, stop: int) -> Any:
    """Some samples of the inputs, one after the other."""
    return mapped_inputs(inputs, lambda array: array[start:stop])


def _best_batch(probe: ModelProbe) -> int:
    own: int = sum(array[0].nbytes for array in keras.tree.flatten(probe.inputs))
    sizes = [4 * math.prod(n or 1 for n in info.output_shape) for info in probe.layers]
    # What a layer reads and what it puts out are there at once.
    largest = max(own, 2 * max(sizes, default=1), 1)
    return max(1, min(MOST_IN_BATCH, MOST_BYTES // largest))


class _Reached(BaseException):
    """The layer that was asked for has its output."""
