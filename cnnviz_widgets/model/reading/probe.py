"""Reading a live Keras model: which layers it has, what they put out, what weights they have."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ...records.layer_picture import MOST_ROWS
from ...records.sample_subset import SampleChoice
from ...runtime.progress import Progress
from ...validation.fixed_attributes import FixedAttributes
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import optional_function
from ...validation.scalars import whole_number
from ..layers.effective_weights import read_only
from ..layers.layer_info import LayerInfo, weight_names
from ..layers.parameters import LayerParameters, layer_parameters
from ..layers.unseen import Unseen
from .building import is_built
from .inputs import count_nonfinite, prepare
from .model_lock import model_lock
from .model_reader import ModelReader, Steady, build_for, check_model, output_bytes

Array = NDArray[np.float32]
T = TypeVar("T")


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
        check_model(model)
        self.model = model
        self.memory_budget = memory_budget
        self.choice: SampleChoice | None = None
        self._lock = model_lock(model)
        with self._lock:
            self.inputs = prepare(model, inputs, samples)
            if not is_built(model):
                build_for(model, self.inputs)
                # A model that has just been built may declare what it was silent about.
                self.inputs = prepare(model, self.inputs, None)
        self.nonfinite_inputs = count_nonfinite(self.inputs)
        self._reader = ModelReader(model, self.inputs)
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
        part = copy.copy(self)
        part._is_made = False
        part.choice = choice = SampleChoice.of_rows(count, self.samples, MOST_ROWS)
        numbers = np.array(choice.numbers)
        part.inputs = keras.tree.map_structure(lambda array: frozen(array[numbers]), self.inputs)
        part.nonfinite_inputs = count_nonfinite(part.inputs)
        part._reader = ModelReader(self.model, part.inputs, self._reader)
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
        return Steady(self._reader)

    @property
    def memory_budget(self) -> int:
        """Bytes that `stream` may hold in layer outputs."""
        return self._memory_budget

    @memory_budget.setter
    def memory_budget(self, value: int) -> None:
        self._memory_budget = whole_number("memory_budget", value, 0, "of bytes")

    @property
    def samples(self) -> int:
        """Length of the batch in use."""
        return len(keras.tree.flatten(self.inputs)[0])

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
            return tuple(self._reader.description().infos.values())

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
            return self._reader.description().forward.unseen

    @property
    def image_ends(self) -> tuple[str, ...]:
        """Which ends of the model are images: of ``"input"`` and ``"output"``, both, one or none.

        A classifier has its input, a generator its output, an autoencoder both [WL20 §1.3.1].
        """
        with self._lock:
            return self._reader.description().image_ends

    def info(self, path: str) -> LayerInfo:
        """What is known of the layer output at `path`.

        Raises
        ------
        ValueError
            If there is none; the closest paths are named.
        """
        with self._lock:
            return self._reader.info(path)

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
            return self._reader.layer(path)

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
            return self._reader.gather(self._reader.chosen(paths))

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
            chosen = self._reader.chosen(paths)
            infos = self._reader.description().infos
            results: dict[str, T] = {}

            def handle(path: str, array: Array) -> None:
                results[path] = function(infos[path], array)
                if progress is not None:
                    progress(len(results) / len(chosen), path)

            size = output_bytes((infos[path] for path in chosen), self.samples)
            self._reader.hand_over(handle, chosen, together=size <= self.memory_budget)
            return {path: results[path] for path in chosen if path in results}

    def fits(self) -> bool:
        """Whether all layers' outputs together stay within `memory_budget`.

        Raises
        ------
        ModelCallError
            If the model's call raises.
        """
        return output_bytes(self.layers, self.samples) <= self.memory_budget

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
            layer, weights = self._reader.owned(path)
            names = weight_names(layer, weights)
            arrays = [np.array(read_only(weight, copy=False)) for weight in weights]
            return dict(zip(names, arrays, strict=True))

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
            layer, weights = self._reader.owned(path)
            return layer_parameters(layer, weights, copy=copy)


def reader_of(probe: ModelProbe) -> ModelReader:
    """What a probe reads its model by: for experiments that run the model themselves."""
    return probe._reader
