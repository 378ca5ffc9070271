"""Reading a live Keras model: which layers it has, what they put out, what weights they have."""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ...records.layer_record import MOST_ROWS
from ...records.sample_subset import SampleChoice
from ...runtime.call_stack import Call, call_of_context
from ...runtime.progress import Progress
from ...validation.fixed_attributes import FixedAttributes
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import optional_function, several
from ...validation.scalars import whole_number
from ...validation.texts import known_layer
from ..layers.abstraction_levels import (
    image_channel_axis,
    inputs_reaching,
    is_image,
    levels,
    output_is_image_end,
)
from ..layers.activations import OutputReach, known_range, output_reach
from ..layers.effective_weights import read_only
from ..layers.layer_info import (
    LayerInfo,
    activation_name,
    channel_axis,
    own_weights,
    weight_fields,
    weight_names,
)
from ..layers.layer_kinds import family
from ..layers.parameters import LayerParameters, layer_parameters
from ..layers.unseen import Unseen
from .building import build, is_built
from .call_recorder import ModelCallError
from .eager_pass import EagerPass
from .fingerprint import Fingerprint, fingerprint
from .forward_pass import Pass, in_lockstep
from .inputs import count_nonfinite, input_names, prepare
from .model_lock import model_lock as model_lock

Array = NDArray[np.float32]
T = TypeVar("T")


@dataclass(frozen=True)
class _Reading:
    """What was found out about the model as it stood at one fingerprint."""

    mark: Fingerprint
    forward: Pass
    infos: dict[str, LayerInfo]
    layers: dict[str, Any]
    image_ends: tuple[str, ...]


class ModelProbe(FixedAttributes):
    """Reads a live Keras model on a batch of inputs, without touching the model.

    Every read shows the model as it is now: weights after more training, a changed activation,
    an added layer. All layers' outputs come from one forward pass with ``training=False``,
    through one compiled function under TensorFlow, which is traced again only when something
    other than weights has changed. Models that run eagerly or cannot be traced, and those on
    another Keras backend such as JAX, are read as they run, operation by operation.

    The model keeps its weights, flags, averages, seeds, optimizer and compiled functions, whatever
    is raised meanwhile. Two things cannot be kept from happening: an unbuilt model is built, on
    the shape of these inputs, as ``fit`` would do it (and is put back where that fails); and
    what the model's own code does outside Keras variables, such as counting its calls or
    assigning to a bare ``tf.Variable``, it does here, too.

    Parameters
    ----------
    model : keras.Model
        Sequential, functional, nested or subclassed.
    inputs : array, tensor, list, tuple or dict of these, tf.data.Dataset or keras.utils.PyDataset
        Samples to read the model on, numbers or text; a list or dict for several inputs. Of a
        dataset's elements ``(x, y)`` or ``(x, y, weights)`` the x are used. A generator, which
        reading would use up, is refused. NaN and infinity are let in, see
        `nonfinite_inputs`. A grey image may lack its channel axis, as for Keras.
    samples : int, optional
        At most this many samples, the first ones. By default all that are given, and of a
        dataset the first 64.
    memory_budget : int
        Bytes that `stream` may hold in layer outputs. If all together fit, they are gathered in
        one go and handled afterwards; else one at a time is handled while the pass waits.

    Attributes
    ----------
    model : keras.Model
    samples : int
        Length of the batch in use.
    inputs : array, list or dict of array
        The batch in use, read-only, as the model is called with it.
    nonfinite_inputs : int
        How many input values are NaN or infinite: a reason to distrust everything that follows.
    memory_budget : int
        May be set.
    choice : SampleChoice or None
        Which of another probe's samples these are, where they were taken `some` of; else None.

    Raises
    ------
    TypeError
        If `model` is no Keras model, or `inputs` no batch of numbers or text.
    ValueError
        If the inputs are empty or do not fit the model.
    ModelCallError
        If an unbuilt model cannot be built on these inputs; it is a ValueError, too.
    """

    _as_given = frozenset({"model", "inputs"})

    @checked_keywords
    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        samples: int | None = None,
        memory_budget: int = 512 * 2**20,
    ) -> None:
        _check_model(model)
        self.model = model
        self.memory_budget = memory_budget
        self.choice: SampleChoice | None = None
        self._lock = model_lock(model)
        self._reading: _Reading | None = None
        # The call that runs a forward pass, and those that take the layers to stay as they are.
        self._pass: Call | None = None
        self._steadied: list[Call] = []
        self._origin: ModelProbe | None = None
        with self._lock:
            self.inputs = prepare(model, inputs, samples)
            if not is_built(model):
                _build(model, self.inputs)
                # A model that has just been built may declare what it was silent about.
                self.inputs = prepare(model, self.inputs, None)
        self.nonfinite_inputs = count_nonfinite(self.inputs)
        self._is_made = True

    def some(self, count: int) -> ModelProbe:
        """A probe of the same model on some of these samples, evenly spread over those pictured.

        Parameters
        ----------
        count : int
            How many, 1 or more; all where there are no more.

        Returns
        -------
        ModelProbe
            Its `choice` says which. It is traced when it first reads.
        """
        choice = SampleChoice.of_rows(count, self.samples, MOST_ROWS)
        numbers = np.array(choice.numbers)
        part = copy.copy(self)
        part._is_made = False
        part.inputs = keras.tree.map_structure(lambda array: frozen(array[numbers]), self.inputs)
        part.nonfinite_inputs = count_nonfinite(part.inputs)
        part.choice = choice
        part._reading, part._pass, part._steadied = None, None, []
        part._origin = self
        part._is_made = True
        return part

    def steady(self) -> Steady:
        """Take the model's layers to stay as they are until the context ends: its lock is held.

        Many looks then cost one check of whether anything but weights has changed, not one each.

        Returns
        -------
        context manager
            It ends with the call that entered it, at the latest.

        Raises
        ------
        ModelCallError
            If the model's call raises, when the context is entered.
        """
        return Steady(self)

    @property
    def memory_budget(self) -> int:
        """Bytes that `stream` may hold in layer outputs."""
        return self._memory_budget

    @memory_budget.setter
    def memory_budget(self, value: int) -> None:
        self._memory_budget = whole_number("memory_budget", value, 0, "of bytes")

    @property
    def _steady(self) -> bool:
        return any(call.under_way for call in self._steadied)

    @property
    def _streaming(self) -> bool:
        return self._pass is not None and self._pass.under_way

    @property
    def samples(self) -> int:
        first: NDArray[Any] = keras.tree.flatten(self.inputs)[0]
        return int(first.shape[0])

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Every layer's every output, in execution order, a layer's own calls as written.

        The layers inside a block come before the block. What a functional model's graph has besides
        layers, such as ``keras.ops.relu(x)`` or ``x + y``, is listed like a layer of that kind,
        unless it makes indices, masks or other whole numbers. A nested model is listed only if it
        returns something that nothing in it does; input layers and recurrent cells never. What
        is not listed, `unseen` tells.

        Raises
        ------
        ModelCallError
            If the model's call raises.
        """
        with self._lock:
            return tuple(self._read().infos.values())

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """Where the model has values that no layer of the list shows, and why.

        Functions in a subclassed model's or a layer's own ``call``, the layers in a recurrent cell
        or inside ``TimeDistributed``, layers called in compiled loops.

        Raises
        ------
        ModelCallError
            If the model's call raises.
        """
        with self._lock:
            return self._read().forward.unseen

    @property
    def image_ends(self) -> tuple[str, ...]:
        """Which ends of the model are images: of ``"input"`` and ``"output"``, both, one or none.

        A classifier has its input, a generator its output, an autoencoder both [WL20 §1.3.1].
        """
        with self._lock:
            return self._read().image_ends

    def info(self, path: str) -> LayerInfo:
        """What is known of the layer output at `path`.

        Raises
        ------
        ValueError
            If there is none; the closest paths are named.
        """
        with self._lock:
            return self._info(self._read(), path)

    def layer_of(self, path: str) -> Any:
        """The live layer whose output is at `path`: to be looked at, not to be changed.

        Parameters
        ----------
        path : str

        Returns
        -------
        keras.Layer or keras.Operation
            The model's own, not a copy.

        Raises
        ------
        ValueError
            If there is none; the closest paths are named.
        ModelCallError
            If the model's call raises.
        """
        with self._lock:
            reading = self._read()
            self._info(reading, path)
            return reading.layers[path]

    def outputs(self, path: str) -> Array:
        """The layer's output on the inputs, with the model as it is now.

        Parameters
        ----------
        path : str

        Returns
        -------
        array of float32, (batch, …)
            Read-only. Only this one output is held, not those of the other layers.

        Raises
        ------
        ValueError
            If there is no such layer; the closest paths are named.
        ModelCallError
            If the model's call raises.
        """
        return self.read([path])[path]

    def read(self, paths: Iterable[str] | None = None) -> dict[str, Array]:
        """The outputs of several layers, or of all, from one forward pass.

        Parameters
        ----------
        paths : iterable of str, optional
            Default: all.

        Returns
        -------
        dict of str to array of float32
            In the order of `layers`, read-only. All are held at once: `stream` holds one.

        Raises
        ------
        ValueError, ModelCallError
            As `outputs`.
        """
        with self._lock:
            wanted = self._wanted(paths)
            return self._gather(wanted)

    def stream(
        self,
        function: Callable[[LayerInfo, Array], T],
        paths: Iterable[str] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, T]:
        """Apply a function to layer outputs, all from one forward pass, in bounded memory.

        Parameters
        ----------
        function : callable
            Given the layer and its output, (batch, …), float32, read-only. It runs in the calling
            thread and must not keep the array, nor read this probe.
        paths : iterable of str, optional
            Default: all layers.
        progress : callable, optional
            Given the share that is done, 0 to 1, and the path of the layer that is.

        Returns
        -------
        dict of str to object
            What `function` returned for each path, in the order of `layers`.

        Raises
        ------
        ValueError, ModelCallError
            As `outputs`. Whatever `function` or `progress` raises passes through.
        """
        if not callable(function):
            raise TypeError(f"function must be a function; got {described(function)}")
        optional_function("progress", progress)
        with self._lock:
            wanted = self._wanted(paths)
            infos = self._read().infos
            results: dict[str, T] = {}

            def handle(path: str, array: Array) -> None:
                results[path] = function(infos[path], array)
                if progress is not None:
                    progress(len(results) / len(wanted), path)

            if sum(self._bytes(infos[path]) for path in wanted) <= self.memory_budget:
                gathered = self._gather(wanted)
                for path in list(gathered):
                    handle(path, gathered.pop(path))
            else:
                self._run(handle, wanted, lockstep=True)
            return {path: results[path] for path in wanted if path in results}

    def fits(self) -> bool:
        """Whether all layers' outputs together stay within `memory_budget`.

        Raises
        ------
        ModelCallError
            If the model's call raises.
        """
        return sum(map(self._bytes, self.layers)) <= self.memory_budget

    def weights(self, path: str) -> dict[str, Array]:
        """The weights of the layer at `path`, as they are stored now.

        Parameters
        ----------
        path : str

        Returns
        -------
        dict of str to array of float32
            Copies, by their short names: ``kernel``, ``bias``, ``gamma``, ``moving_mean``. In
            Keras' own layout; `LayerInfo.weight_axes` says what the axes mean. Of a block that
            contains listed layers, only what is the block's own. The raw numbers: those of a
            quantised layer are whole numbers, its scales beside them, and those of a layer with
            LoRA the kernel that was there before; `parameters` gives what the layer computes
            with.

        Raises
        ------
        ValueError
            If there is no such layer; the closest paths are named.
        """
        with self._lock:
            reading = self._read()
            self._info(reading, path)
            layer = reading.layers[path]
            weights = own_weights(layer, {id(other) for other in reading.layers.values()})
            return {
                name: np.array(read_only(weight, copy=False))
                for name, weight in zip(weight_names(layer, weights), weights, strict=True)
            }

    def parameters(self, path: str, *, copy: bool = True) -> tuple[LayerParameters, ...]:
        """The weights of the layer at `path` as the method looks at them, as they act now.

        Parameters
        ----------
        path : str
        copy : bool
            False: read the framework's own memory where it can be, so that a large weight takes
            no memory again. Hold `model_lock` while using such arrays, and keep none: training
            may write to them, or has to make room for a second weight beside the one held.

        Returns
        -------
        tuple of LayerParameters
            Inputs on the first axis, outputs on the last: `layer_parameters` says what becomes
            of which weight. () for a layer without weights. Where the layer stores others than
            it computes with (quantised, LoRA) these are the latter, and `how` says what was done.

        Raises
        ------
        ValueError
            If there is no such layer; the closest paths are named.
        """
        with self._lock:
            reading = self._read()
            self._info(reading, path)
            layer = reading.layers[path]
            weights = own_weights(layer, {id(other) for other in reading.layers.values()})
            return layer_parameters(layer, weights, copy=copy)

    def _wanted(self, paths: Iterable[str] | None) -> list[str]:
        if self._streaming:
            raise RuntimeError("this probe is reading: its stream's function cannot read it, too")
        reading = self._read()
        if paths is None:
            return list(reading.infos)
        asked = {
            self._info(reading, path).path for path in several("paths", paths, "paths of layers")
        }
        return [path for path in reading.infos if path in asked]

    @staticmethod
    def _info(reading: _Reading, path: str) -> LayerInfo:
        return reading.infos[known_layer(path, reading.infos)]

    def _bytes(self, info: LayerInfo) -> int:
        return 4 * math.prod(n if n is not None else self.samples for n in info.output_shape)

    def _read(self) -> _Reading:
        """The reading of the model as it is now, made anew if anything but weights changed."""
        if self._steady and self._reading is not None:
            return self._reading
        if self._reading is None or self._reading.mark != self._mark():
            self._reading = None  # frees the old graph before there is a new one
            if not is_built(self.model):
                # Layers were added since; some may never be called, and stay as they are.
                _build(self.model, self.inputs)
            self._reading = _describe(self.model, self.inputs, _forward(self.model, self.inputs))
        return self._reading

    def _mark(self) -> Fingerprint:
        """The model's fingerprint, which need not be taken again while it is known to hold."""
        origin = self._origin
        if origin is not None and origin._steady and origin._reading is not None:
            return origin._reading.mark
        return fingerprint(self.model)

    def _gather(self, wanted: Collection[str]) -> dict[str, Array]:
        arrays: dict[str, Array] = {}
        self._run(arrays.__setitem__, wanted, lockstep=False)
        for array in arrays.values():
            array.flags.writeable = False
        return {path: arrays[path] for path in wanted if path in arrays}

    def _run(
        self, receive: Callable[[str, Array], None], wanted: Collection[str], lockstep: bool
    ) -> None:
        """One forward pass. `receive` raises only in lockstep."""
        reading = self._read()
        wanted = frozenset(wanted)
        self._pass = Call(sys._getframe())
        try:
            if isinstance(reading.forward, EagerPass):
                reading.forward.run(receive, wanted)
                return
            try:
                if lockstep:
                    in_lockstep(lambda each: reading.forward.run(each, wanted), receive)
                else:
                    reading.forward.run(receive, wanted)
            except ModelCallError:
                # What does not run compiled may run eagerly; else that tells which layer failed.
                forward = EagerPass(self.model, self.inputs)
                self._reading = _describe(self.model, self.inputs, forward)
                forward.run(receive, wanted)
        finally:
            self._pass = None


class Steady:
    """The context of `ModelProbe.steady`."""

    def __init__(self, probe: ModelProbe) -> None:
        self._probe = probe
        self._call: Call | None = None

    def __enter__(self) -> None:
        self._call = call_of_context(sys._getframe(1))
        probe = self._probe
        probe._lock.enter(self._call)
        try:
            probe._read()
            probe._steadied.append(self._call)
        except BaseException:
            probe._lock.exit(self._call)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        probe, call = self._probe, self._call
        probe._steadied[:] = [one for one in probe._steadied if one is not call and one.under_way]
        if call is not None:
            probe._lock.exit(call)


def _check_model(model: Any) -> None:
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


def _build(model: Any, inputs: Any) -> None:
    try:
        build(model, inputs)
    except ModelCallError as error:
        shapes = keras.tree.map_structure(lambda array: array.shape, inputs)
        raise ModelCallError(
            f"the model could not be built on inputs of shape {shapes}: {error}", error.path
        ) from error.__cause__


def _forward(model: Any, inputs: Any) -> Pass:
    """The fastest pass that this model allows."""
    if keras.backend.backend() == "tensorflow" and not model.run_eagerly:
        from .compiled_pass import CompiledPass

        try:
            return CompiledPass(model, inputs)
        except ModelCallError as error:
            try:
                return EagerPass(model, inputs)  # NumPy or branches on values inside `call`
            except ModelCallError:
                raise error from error.__cause__
    return EagerPass(model, inputs)


def _describe(model: Any, inputs: Any, forward: Pass) -> _Reading:
    """Everything about the layers that a pass has shown, levels and shapes included."""
    batch = keras.tree.flatten(inputs)
    outputs, graph = forward.listing.outputs, forward.listing.graph
    image_inputs = {
        -1 - k: array.shape
        for k, array in enumerate(batch)
        if is_image(array.shape, np.issubdtype(array.dtype, np.floating))
    }
    image_outputs = {
        call for call, shape in graph.returned if output_is_image_end(shape, image_inputs.values())
    }
    operations = {each.call for each in outputs if not isinstance(each.layer, keras.Layer)}
    found = levels(graph.parents, image_inputs, image_outputs, operations)
    highest = max(found, default=0)
    reached = inputs_reaching(graph.parents)
    named = input_names(model, inputs)
    listed = {id(output.layer) for output in outputs}
    by_call: dict[int, list[LayerInfo]] = {}
    infos: dict[str, LayerInfo] = {}
    reaches: dict[str, OutputReach] = {}
    # What an activation in front of the first convolution inherits.
    first_axis = next((image_channel_axis(shape) for shape in image_inputs.values()), None)
    for output in outputs:
        layer = output.layer
        read = [info for parent in graph.parents[output.call] for info in by_call.get(parent, ())]
        shape = output.shape
        if read:
            axis, rank = read[0].channel_axis, len(read[0].output_shape)
        else:
            axis, rank = first_axis, 4
        info = LayerInfo(
            path=output.path,
            name=layer.name,
            kind=type(layer).__name__,
            family=family(layer),
            output_shape=(None, *shape[1:]) if shape[:1] == (len(batch[0]),) else shape,
            dtype=output.dtype,
            trainable=bool(getattr(layer, "trainable", True)),
            activation=activation_name(layer),
            channel_axis=channel_axis(layer, shape, axis, rank),
            depth=output.depth,
            level=found[output.call],
            relative_level=found[output.call] / highest if highest else 0.0,
            call_index=output.call_index,
            output_index=output.output_index,
            parents=tuple(info.path for info in read),
            reads_unlisted=any(parent < 0 for parent in graph.parents[output.call])
            or any(each.is_before(output.path) for each in forward.unseen),
            inputs=tuple(named[k] for k in reached[output.call]),
            **weight_fields(layer, own_weights(layer, listed)),
        )
        reaches[info.path] = output_reach(info, layer, reaches)
        info = infos[info.path] = replace(info, bounds=known_range(reaches[info.path]))
        by_call.setdefault(output.call, []).append(info)
    ends = (("input",) if image_inputs else ()) + (("output",) if image_outputs else ())
    return _Reading(
        # After the trace: what the model's code counts as it is traced is no change.
        mark=fingerprint(model),
        forward=forward,
        infos=infos,
        layers={output.path: output.layer for output in outputs},
        image_ends=ends,
    )
