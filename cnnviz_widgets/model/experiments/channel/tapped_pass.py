"""A pass of a live model that ends at one layer's output, and the way back from there.

The model is called inside the trace of a compiled function, and left as soon as the output that is
wanted comes by: what lies behind it is not even traced. There it is a tensor like any other of the
graph, from which gradients lead back to the inputs. Backward rules other than an operation's own
belong to the graph that is being traced: nothing of the model is exchanged, and other threads see
nothing of it. A model that cannot be traced runs as it stands, below a tape: then there is no graph
to be looked at, so no rules, and no way to what went into an activation.

It loads TensorFlow, and is imported only where TensorFlow is Keras' backend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, TypeAlias, TypeVar

import keras
import tensorflow as tf
from numpy.typing import NDArray

from ....runtime.call_stack import surely
from ....runtime.interrupts import interrupts_kept
from ....validation.texts import one_of
from ...keras_compat.scopes import same_scopes
from ...layers.abstraction_levels import is_image
from ...layers.layer_info import LayerInfo, output_suffix
from ...reading.call_recorder import Interruption, ModelCallError, Recorder
from ...reading.calls.layer_call import LayerCall
from ...reading.calls.tensors import tensors_in
from ...reading.inputs import input_names
from ...reading.passes.eager_pass import EagerPass, forward, is_concrete_scope
from ...reading.probe import ModelProbe, reader_of
from ..gradients import NoGradients
from .pass_function import PassFunction, with_rows

Exchange: TypeAlias = Callable[[LayerCall, Any], Any]
"""Given a call and what the layer returned, what goes on through the model instead."""

Made = TypeVar("Made")

# What hands its input on as it is, or as another type of number.
_HANDING_ON = frozenset({"Identity", "Cast", "StopGradient", "EnsureShape", "CheckNumerics"})
_ACTIVATIONS = frozenset(
    {"Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus", "Softsign"}
    | {"Softmax", "LogSoftmax"}
)


class Tapped(NamedTuple):
    """What there is where a pass has ended, float32, with the channels on the last axis.

    Attributes
    ----------
    output : tensor, (batch, …, channel)
        The layer's output.
    driving : tensor, (batch, …, channel)
        What went into the activation whose output that is; the output itself where it is none's,
        or where there is no graph to tell.
    is_behind : bool
        Whether `driving` is another tensor than `output`.
    """

    output: Any
    driving: Any
    is_behind: bool


class TappedPass:
    """The way from one of a model's inputs to one of its layers' outputs, and back.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held, here and whenever the pass is used.
    path : str
        Of a layer output with channels.
    source : str, optional
        The name of the input that the way begins at. Default: the one that the layer depends on;
        of several the one that is an image, or that holds fractions.

    Attributes
    ----------
    probe : ModelProbe
    info : LayerInfo
    source : str
        The input's name.
    place : int
        The input's number among the model's, flattened.
    given : list of ndarray
        All of the probe's inputs, flattened.
    is_traced : bool
        False for a model that runs eagerly or cannot be traced.

    Raises
    ------
    NoGradients
        The layer has no channels, or no rows that belong to samples; the input holds text.
    ValueError
        There is no such layer or input; or there are several, and none is named.
    ModelCallError
        The model's call raises.
    """

    def __init__(self, probe: ModelProbe, path: str, source: str | None = None) -> None:
        self.probe = probe
        self.info: LayerInfo = probe.info(path)
        if self.info.channels is None:
            raise NoGradients(
                f"the layer {path!r} has no channels: its output has the shape "
                f"{self.info.output_shape}"
            )
        if self.info.output_shape[0] is not None:
            raise NoGradients(
                f"the layer {path!r} lays other axes into the batch: its output, of shape "
                f"{self.info.output_shape}, has no row for each sample"
            )
        names = input_names(probe.model, probe.inputs)
        self.given: list[NDArray[Any]] = keras.tree.flatten(probe.inputs)
        self.source = _chosen(source, names, self.given, self.info)
        self.place = names.index(self.source)
        if self.given[self.place].dtype.kind in "SU":
            raise NoGradients(f"the input {self.source!r} holds text, which has no gradient")
        reader = reader_of(probe)
        self.is_traced = not isinstance(reader.description().forward, EagerPass)

    @property
    def values(self) -> NDArray[Any]:
        """The probe's samples of the input that the way begins at."""
        return self.given[self.place]

    def tap(
        self,
        given: Sequence[Any],
        *,
        rules: Mapping[str, str] | None = None,
        exchange: Exchange | None = None,
    ) -> Tapped:
        """Call the model as far as the layer; inside a traced `function`, or as it stands.

        Parameters
        ----------
        given : sequence of tensor
            The model's inputs, flattened. One of floating-point numbers in the place of whole ones
            is handed on as it is.
        rules : mapping of str to str, optional
            Type of an operation, such as ``Relu`` → the name of the gradient, registered by
            ``tf.RegisterGradient``, that counts in its place. Only in a trace, and only for
            `gradient`: a tape takes no notice of it.
        exchange : callable, optional
            Given each call and what the layer returned, what goes on instead.

        Raises
        ------
        NoGradients
            There are rules, and no trace.
        ModelCallError
            The model's call raises, or does not come by the layer.
        """
        graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        if rules and graph is None:
            raise NoGradients(
                "the model runs as it stands, operation by operation: other backward rules than "
                "the operations' own need one that can be traced"
            )
        overridden: AbstractContextManager[Any] = nullcontext()
        if graph is not None and rules:
            overridden = graph.gradient_override_map(dict(rules))
        with overridden:
            tensor = self._reached(given, graph, exchange)
        driving = tensor if graph is None else _driving(tensor)
        output = self._laid_out(tensor)
        is_behind = driving is not tensor
        return Tapped(output, self._laid_out(driving) if is_behind else output, is_behind)

    def gradient(self, function: Callable[[Any], Any], at: Any, seed: Any = None) -> Any:
        """What a function of a tensor gives there, and its gradient with respect to the tensor.

        Parameters
        ----------
        function : callable
            Calls `tap` on its way; returns a tensor, whose sum is differentiated.
        at : tensor
        seed : tensor, optional
            Weights of the sum, shaped as what the function returns. Default: 1 each.

        Returns
        -------
        (tensor, tensor)

        Raises
        ------
        NoGradients
            None leads back; the input is named.
        """
        if tf.executing_eagerly():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(at)
                value = function(at)
            slope = tape.gradient(value, at, output_gradients=seed)
        else:
            value = function(at)
            slope = tf.gradients(value, at, grad_ys=seed)[0]
        if slope is None:
            raise NoGradients(self._why_none())
        return value, tf.convert_to_tensor(slope)

    def function(self, kind: str, body: Callable[..., Any], *specs: Any) -> PassFunction:
        """A function that calls `tap`: traced once, and kept as long as only weights change.

        Parameters
        ----------
        kind : str
            Names it among those of this layer and input.
        body : callable
            Given this pass and a tensor for each of `specs`, returns a tensor or several, each with
            a row for each row it is given. It may be kept: whatever differs from call to call is
            an argument of it.
        *specs : tf.TensorSpec
            None for the length of the batch. A model that only takes batches as long as the
            probe's own gets those, see `PassFunction`.

        Raises
        ------
        NoGradients, ModelCallError
            As `tap` and `gradient`, while it is traced.
        """
        return self.lasting(kind, lambda: self.new_function(body, *specs))

    def lasting(self, kind: str, make: Callable[[], Made]) -> Made:
        """What is made of traces of this layer and input; kept as long as only weights change.

        Parameters
        ----------
        kind : str
            Names it among those of this layer and input.
        make : callable
        """
        return reader_of(self.probe).traced((self.info.path, self.source, kind), make)

    def new_function(self, body: Callable[..., Any], *specs: Any) -> PassFunction:
        """As `function`, traced anew and kept by nobody."""

        def make(rows: int | None) -> Any:
            if not self.is_traced:
                return lambda *tensors: body(self, *tensors)
            return self._traced(body, [with_rows(spec, rows) for spec in specs])

        return PassFunction(make, specs, self.probe.samples)

    def _traced(self, body: Callable[..., Any], specs: Sequence[Any]) -> Any:
        function = tf.function(lambda *tensors: body(self, *tensors), autograph=False)
        scopes, interrupts = same_scopes(), interrupts_kept()
        try:
            with surely(scopes, interrupts), scopes, interrupts:
                return function.get_concrete_function(*specs)
        except (ModelCallError, NoGradients):
            raise
        except Exception as error:
            raise NoGradients(
                f"the way back from {self.info.path!r} could not be traced: "
                f"{type(error).__name__}: {error}"
            ) from error

    def _reached(self, given: Sequence[Any], graph: Any, exchange: Exchange | None) -> Any:
        found: list[Any] = []

        def at_call(call: LayerCall, result: Any) -> Any:
            result = result if exchange is None else exchange(call, result)
            for place, tensor in tensors_in(result):
                if call.path + output_suffix(place) == self.info.path:
                    found.append(tensor)
                    raise Interruption(_Reached())
            return result

        recorder = Recorder(
            self.probe.model,
            lambda call: None,
            in_scope=is_concrete_scope
            if graph is None
            else lambda: tf.compat.v1.get_default_graph() is graph,
            exchange=at_call,
            names=reader_of(self.probe).description().forward.listing.names,
        )
        try:
            inputs = keras.tree.pack_sequence_as(self.probe.inputs, list(given))
            forward(self.probe.model, inputs, recorder)
        except Interruption as stop:
            if not isinstance(stop.original, _Reached):
                raise stop.original from None
        if not found:
            raise ModelCallError(
                f"the model's call does not come by the layer {self.info.path!r}", self.info.path
            )
        return found[0]

    def _laid_out(self, tensor: Any) -> Any:
        """The same as float32, with the channels on the last axis."""
        rank = len(tensor.shape)
        axis = -1 if self.info.channel_axis is None else self.info.channel_axis % rank
        if axis != rank - 1:
            order = [each for each in range(rank) if each != axis]
            tensor = tf.transpose(tensor, [*order, axis])
        return tensor if tensor.dtype == tf.float32 else tf.cast(tensor, tf.float32)

    def _why_none(self) -> str:
        kind = self.values.dtype
        if kind.kind in "iub":
            return (
                f"the input {self.source!r} holds whole numbers ({kind}), which the model looks "
                f"things up by: no gradient leads back to it from {self.info.path!r}"
            )
        none = f"no gradient leads from {self.info.path!r} back to the input {self.source!r}"
        if self.is_traced:
            return none
        return f"{none}: on the way the model computes by something else than TensorFlow"


class _Reached(BaseException):
    """The output that was wanted has come by."""


def _chosen(
    source: str | None, names: Sequence[str], given: Sequence[NDArray[Any]], info: LayerInfo
) -> str:
    """The name of the input that the way to a layer begins at."""
    if source is not None:
        return one_of("source", source, names)
    reaching = [name for name in names if name in info.inputs] or list(names)
    if len(reaching) == 1:
        return reaching[0]
    arrays = {name: given[names.index(name)] for name in reaching}
    images = [name for name, array in arrays.items() if _is_picture(array)]
    numbers = [name for name, array in arrays.items() if array.dtype.kind not in "biuSU"]
    for alike in (images, numbers):
        if len(alike) == 1:
            return alike[0]
    raise ValueError(
        f"the layer {info.path!r} depends on the inputs {', '.join(map(repr, reaching))}: name "
        f"the one that is meant, source={reaching[0]!r}"
    )


def _is_picture(array: NDArray[Any]) -> bool:
    return array.dtype.kind not in "SU" and is_image(array.shape, array.dtype.kind not in "iu")


def _driving(tensor: Any) -> Any:
    """What went into the activation whose output a tensor of a graph is; else the tensor."""
    operation = tensor.op
    while _hands_on(operation):
        operation = operation.inputs[0].op
    if operation.type in _ACTIVATIONS:
        return operation.inputs[0]
    if operation.type == "Maximum":  # max(x, 0), which is ReLU by another name
        for number, other in ((0, 1), (1, 0)):
            if operation.inputs[other].op.type == "Const":
                return operation.inputs[number]
    return tensor


def _hands_on(operation: Any) -> bool:
    if operation.type == "Reshape":
        return bool(operation.inputs[0].shape.as_list() == operation.outputs[0].shape.as_list())
    return operation.type in _HANDING_ON and len(operation.inputs) == 1
