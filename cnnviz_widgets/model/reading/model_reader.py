"""One live model on one batch: what is known of its layers now, and passes over it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar, cast

import keras
import numpy as np
from numpy.typing import NDArray

from ...runtime.call_stack import Call, call_of_context
from ...validation.messages import described
from ...validation.objects import several
from ...validation.texts import known_layer
from ..layers.layer_info import LayerInfo, own_weights
from .building import build, is_built
from .call_recorder import ModelCallError
from .description import Description, describe
from .fingerprint import Fingerprint, fingerprint
from .model_lock import model_lock
from .passes.eager_pass import EagerPass
from .passes.forward_pass import Pass, in_lockstep

Array = NDArray[np.float32]
Trace = TypeVar("Trace")

MOST_TRACES = 24
"""So many traces of experiments are kept a probe: a graph takes some megabytes."""


class ModelReader:
    """Describes a model as it is now, and runs it forward; with its lock held.

    Parameters
    ----------
    model : keras.Model
        Built.
    inputs : array, list or dict of array
    origin : ModelReader, optional
        Another one of the same model, which may know it to stay as it is.
    """

    def __init__(self, model: Any, inputs: Any, origin: ModelReader | None = None) -> None:
        self._model = model
        self._inputs = inputs
        self._origin = origin
        self._lock = model_lock(model)
        self._latest: Description | None = None
        # The call that runs a forward pass, and those that take the layers to stay as they are.
        self._pass: Call | None = None
        self._steadied: list[Call] = []

    @property
    def is_steady(self) -> bool:
        """Whether the layers are taken to stay as they are."""
        return any(call.under_way for call in self._steadied)

    @property
    def steady_mark(self) -> Fingerprint | None:
        """The model's fingerprint, where its layers are taken to stay as they are; else None."""
        return self._latest.mark if self.is_steady and self._latest is not None else None

    @property
    def is_running(self) -> bool:
        """Whether a forward pass is under way."""
        return self._pass is not None and self._pass.under_way

    def description(self) -> Description:
        """Of the model as it is now, made anew if anything but weights changed."""
        if self.is_steady and self._latest is not None:
            return self._latest
        if self._latest is None or self._latest.mark != self._mark():
            self._latest = None  # frees the old graph before there is a new one
            if not is_built(self._model):
                # Layers were added since; some may never be called, and stay as they are.
                build_for(self._model, self._inputs)
            self._latest = describe(self._model, self._inputs, self._fastest_pass())
        return self._latest

    def traced(self, key: Hashable, make: Callable[[], Trace]) -> Trace:
        """What an experiment has traced of the model as it is now; made anew with its description.

        Parameters
        ----------
        key : hashable
            Which trace it is.
        make : callable
            Traces it. Of all that were made, the `MOST_TRACES` used last are kept.
        """
        description = self.description()
        traces = description.traces
        if key not in traces:
            traces[key] = make()
            # What the model's code counts as it is traced is no change.
            self._latest = replace(description, mark=fingerprint(self._model))
        traces[key] = trace = traces.pop(key)
        for oldest in list(traces)[:-MOST_TRACES]:
            del traces[oldest]
        return cast(Trace, trace)

    def info(self, path: str) -> LayerInfo:
        """What is known of the layer output at `path`; ValueError if there is none."""
        infos = self.description().infos
        return infos[known_layer(path, infos)]

    def layer(self, path: str) -> Any:
        """The live layer whose output is at `path`; ValueError if there is none."""
        description = self.description()
        return description.layers[known_layer(path, description.infos)]

    def owned(self, path: str) -> tuple[Any, list[Any]]:
        """A layer and its own weights, without those of listed layers inside it."""
        description = self.description()
        layer = description.layers[known_layer(path, description.infos)]
        listed = {id(other) for other in description.layers.values()}
        return layer, own_weights(layer, listed)

    def chosen(self, paths: Iterable[str] | None) -> list[str]:
        """These paths in the order of execution, or all; to be read in one pass.

        Raises
        ------
        RuntimeError
            A pass is under way already.
        ValueError
            There is no such layer.
        """
        if self.is_running:
            raise RuntimeError("this probe is reading: its stream's function cannot read it, too")
        infos = self.description().infos
        if paths is None:
            return list(infos)
        asked = {known_layer(path, infos) for path in several("paths", paths, "paths of layers")}
        return [path for path in infos if path in asked]

    def gather(self, paths: Collection[str]) -> dict[str, Array]:
        """Outputs from one forward pass, all held at once; read-only."""
        arrays: dict[str, Array] = {}
        self.run(arrays.__setitem__, paths)
        for array in arrays.values():
            array.flags.writeable = False
        return {path: arrays[path] for path in paths if path in arrays}

    def hand_over(
        self, function: Callable[[str, Array], None], paths: Collection[str], *, together: bool
    ) -> None:
        """Call a function with each of these outputs, from one forward pass; it may raise.

        Parameters
        ----------
        function : callable
        paths : collection of str
        together : bool
            Gather all first, and let go of each as it is handed over; else the pass waits.
        """
        if not together:
            self.run(function, paths, lockstep=True)
            return
        gathered = self.gather(paths)
        for path in list(gathered):
            function(path, gathered.pop(path))

    def run(
        self,
        receive: Callable[[str, Array], None],
        paths: Collection[str],
        *,
        lockstep: bool = False,
    ) -> None:
        """Run forward once, and hand each of these outputs over as it comes into being.

        Parameters
        ----------
        receive : callable
            Raises only in lockstep.
        paths : collection of str
        lockstep : bool
            The pass waits until an output has been received.
        """
        forward = self.description().forward
        paths = frozenset(paths)
        self._pass = Call(sys._getframe())
        try:
            if isinstance(forward, EagerPass):
                forward.run(receive, paths)
                return
            try:
                if lockstep:
                    in_lockstep(lambda each: forward.run(each, paths), receive)
                else:
                    forward.run(receive, paths)
            except ModelCallError:
                # What does not run compiled may run eagerly; else that tells which layer failed.
                eager = EagerPass(self._model, self._inputs)
                self._latest = describe(self._model, self._inputs, eager)
                eager.run(receive, paths)
        finally:
            self._pass = None

    def returned(self, inputs: Sequence[NDArray[Any]]) -> list[Any] | None:
        """The tensors that the model returns for other inputs, where a pass has them at hand.

        Parameters
        ----------
        inputs : sequence of ndarray
            In the order of the reader's own, of as many samples or fewer.

        Returns
        -------
        list of tensor or None
            Of as many samples as the reader's own. None where the model itself is to be called:
            that may work where a compiled pass fails, or tells in which layer it does not.
        """
        forward = self.description().forward
        self._pass = Call(sys._getframe())
        try:
            return forward.returned(inputs)
        except ModelCallError:
            return None
        finally:
            self._pass = None

    def hold(self, call: Call) -> None:
        """Have the model's lock, and take its layers to stay as they are, until `let_go`."""
        self._lock.enter(call)
        try:
            self.description()
            self._steadied.append(call)
        except BaseException:
            self._lock.exit(call)
            raise

    def let_go(self, call: Call | None) -> None:
        """The call holds the model no more; may be said twice."""
        self._steadied[:] = [one for one in self._steadied if one is not call and one.under_way]
        if call is not None:
            self._lock.exit(call)

    def _mark(self) -> Fingerprint:
        """The model's fingerprint, which need not be taken again while it is known to hold."""
        steady = None if self._origin is None else self._origin.steady_mark
        return fingerprint(self._model) if steady is None else steady

    def _fastest_pass(self) -> Pass:
        """The fastest pass that this model allows."""
        model, inputs = self._model, self._inputs
        if keras.backend.backend() == "tensorflow" and not model.run_eagerly:
            from .passes.compiled_pass import CompiledPass

            try:
                return CompiledPass(model, inputs)
            except ModelCallError as error:
                try:
                    return EagerPass(model, inputs)  # NumPy or branches on values inside `call`
                except ModelCallError:
                    raise error from error.__cause__
        return EagerPass(model, inputs)


class Steady:
    """The context of `ModelProbe.steady`."""

    def __init__(self, reader: ModelReader) -> None:
        self._reader = reader
        self._call: Call | None = None

    def __enter__(self) -> None:
        self._call = call_of_context(sys._getframe(1))
        self._reader.hold(self._call)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.let_go(self._call)


def check_model(model: Any) -> None:
    """Refuse what is no Keras model, with what to do instead."""
    if isinstance(model, keras.Model):
        return
    if isinstance(model, type):
        raise TypeError(f"model must be a model, not the class {model.__name__}: make one of it")
    if isinstance(model, str):
        raise TypeError(f"model must be a Keras model; load it first: load_model({model!r})")
    raise TypeError(
        f"model must be a Keras 3 model (keras.Model), not {type(model).__module__}."
        f"{type(model).__name__}; got {described(model)}"
    )


def build_for(model: Any, inputs: Any) -> None:
    """Build a model for these inputs; an error says of what shapes they are."""
    try:
        build(model, inputs)
    except ModelCallError as error:
        shapes = keras.tree.map_structure(lambda array: array.shape, inputs)
        raise ModelCallError(
            f"the model could not be built on inputs of shape {shapes}: {error}", error.path
        ) from error.__cause__


def output_bytes(infos: Iterable[LayerInfo], samples: int) -> int:
    """What the outputs of some layers take as float32, for so many samples."""
    shapes = (info.output_shape for info in infos)
    return sum(4 * math.prod(n if n is not None else samples for n in shape) for shape in shapes)
