"""Which tokens an attention layer looks at: its weights, had by asking it in the pass."""

from __future__ import annotations

import inspect
import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import checked_values
from ...analysis.density.bounds import UNBOUNDED
from ...records.layer_record import AttentionRecord
from ...validation.objects import instance
from ..keras_compat.layers import attention_axes, uses_flash_attention
from ..layers.layer_info import LayerInfo, output_suffix, to_float32
from .call_recorder import ModelCallError, Recorder
from .calls.layer_call import LayerCall
from .passes.eager_pass import forward, is_concrete_scope
from .probe import ModelProbe, reader_of

_ASKED = "return_attention_scores"

MOST_BYTES = 2**28
"""What a record of attention weights may take: of more, fewer samples are looked at."""
# The kinds of Keras, whose weights a softmax makes shares of 1.
_SHARING = (
    keras.layers.MultiHeadAttention,
    keras.layers.GroupQueryAttention,
    keras.layers.Attention,
)


def attention_weights(probe: ModelProbe, path: str) -> NDArray[np.float32]:
    """The attention weights of a layer on the probe's inputs, with the model as it is now.

    In one pass, operation by operation, the layer is called a second time on what it was given,
    masks and all, with ``return_attention_scores=True``; what goes on through the model is its
    own first answer. Nothing is written. `ChannelGrid` shows them, a tile a head and sample.

    Parameters
    ----------
    probe : ModelProbe
        Of few samples: the weights take 4 · samples · heads · targets · sources bytes.
    path : str
        Of a `MultiHeadAttention`, `GroupedQueryAttention`, `Attention`, `AdditiveAttention`, or
        another layer whose call takes ``return_attention_scores``. Of a layer that is called
        several times, the path says which call.

    Returns
    -------
    ndarray of float32, shape (samples, targets, sources, heads)
        Row t of a head is how much target token t takes of each source token; it sums to 1
        where the layer normalises with a softmax. Sources are as many as targets in self
        attention; several axes of tokens are flattened.

    Raises
    ------
    TypeError, ValueError
        No probe, or there is no such layer, or it gives no attention weights: another kind of
        layer, or one that uses flash attention, which makes none.
    ModelCallError
        The model's call raises, or calls the layer only in compiled code.
    """
    instance("probe", probe, ModelProbe)
    with probe.steady():
        layer = probe.layer_of(path)
        if _ASKED not in inspect.signature(layer.call).parameters:
            raise ValueError(
                f"layer {path!r} must be an attention layer; got a {type(layer).__name__}, whose "
                f"call takes no {_ASKED}"
            )
        if uses_flash_attention(layer):
            raise ValueError(
                f"layer {path!r} uses flash attention, which makes no weights; make it with "
                "flash_attention=False"
            )
        recorder = _Asking(probe, path)
        forward(probe.model, probe.inputs, recorder)
        if recorder.scores is None:
            raise ModelCallError(
                f"layer {path!r} is called inside compiled code, where it cannot be asked", path
            )
        return _heads_last(to_float32(recorder.scores), layer, path)


def has_attention(probe: ModelProbe, info: LayerInfo) -> bool:
    """Whether a layer can be asked for attention weights: a table of tokens by tokens, a head."""
    layer = probe.layer_of(info.path)
    if not isinstance(layer, keras.layers.Layer) or uses_flash_attention(layer):
        return False
    if _ASKED not in inspect.signature(layer.call).parameters:
        return False
    # Where only some axes of tokens are attended over, the weights are no such table.
    return attention_axes(layer) in (0, len(info.output_shape) - 2)


def attention_record(probe: ModelProbe, info: LayerInfo) -> AttentionRecord:
    """A record of a layer's attention weights, a head a channel.

    Of so many tokens that `MOST_BYTES` would not do it is of fewer samples, evenly spread, unless
    the model cannot be called on them.

    Parameters
    ----------
    probe : ModelProbe
    info : LayerInfo
        Of a layer that `has_attention`.

    Raises
    ------
    ValueError, ModelCallError
        As `attention_weights`.
    """
    count = _samples_within(probe, info)
    fewer = probe.some(count) if probe.choice is None and count < probe.samples else probe
    try:
        weights = attention_weights(fewer, info.path)
    except ModelCallError:
        if fewer is probe:
            raise
        # The model is made for batches of one length.
        fewer, weights = probe, attention_weights(probe, info.path)
    # Not every model has the samples on the first axis.
    samples = fewer.choice if fewer.samples == len(weights) else None
    bounds = (0.0, 1.0) if isinstance(probe.layer_of(info.path), _SHARING) else UNBOUNDED
    return AttentionRecord(checked_values(weights), info.path, samples=samples, bounds=bounds)


def _samples_within(probe: ModelProbe, info: LayerInfo) -> int:
    """How many samples' weights `MOST_BYTES` hold, by the numbers of tokens in and out."""
    known = {each.path: each.output_shape for each in probe.layers}
    targets = math.prod(length or 1 for length in info.output_shape[1:-1])
    sources = [known[path][1:-1] for path in info.parents if path in known]
    most = max([targets, *(math.prod(length or 1 for length in each) for each in sources)])
    heads = getattr(probe.layer_of(info.path), "num_heads", 1) or 1
    return max(1, min(probe.samples, MOST_BYTES // (4 * heads * targets * most)))


class _Asking(Recorder):
    """Asks a layer for its attention weights as soon as it has answered."""

    def __init__(self, probe: ModelProbe, path: str) -> None:
        names = reader_of(probe).description().forward.listing.names
        super().__init__(probe.model, self._note, in_scope=is_concrete_scope, names=names)
        self.scores: Any = None
        self._layer = probe.layer_of(path)
        self._path = path
        self._is_due = False
        # The masks that calls were given, by their arguments: some take them off the tensors.
        self._masks: dict[str, Any] = {}

    def enter_call(self, operation: Any, args: Any, kwargs: Any) -> None:
        """Take note of the masks that Keras gives a layer's own code."""
        super().enter_call(operation, args, kwargs)
        if operation is self._layer and not self._muted:
            self._masks = {name: value for name, value in kwargs.items() if name.endswith("mask")}

    def _note(self, call: LayerCall) -> None:
        self._is_due = any(call.path + output_suffix(at) == self._path for at, _ in call.outputs)

    def observe(self, original: Any, layer: Any, args: Any, kwargs: Any) -> Any:
        """Run the call and record it; that of the layer once more, unrecorded, for its weights."""
        result = super().observe(original, layer, args, kwargs)
        if self._is_due:
            self._is_due = False
            # What it calls inside it is no call of the model's.
            muted, self._muted = self._muted, True
            try:
                self.scores = original(layer, *args, **{**self._masks, **kwargs, _ASKED: True})[1]
            finally:
                self._muted = muted
        return result


def _heads_last(scores: NDArray[np.float32], layer: Any, path: str) -> NDArray[np.float32]:
    """Scores of one head, or with heads before the axes of tokens, as a table of each head."""
    if scores.ndim == 3:
        scores = scores[:, np.newaxis]
    tokens = max(1, attention_axes(layer))
    if scores.ndim != 2 + 2 * tokens:
        raise ValueError(
            f"layer {path!r} attends over some axes of its tokens only; its weights of shape "
            f"{scores.shape} are no table of targets and sources"
        )
    samples, heads = scores.shape[:2]
    targets = math.prod(scores.shape[2 : 2 + tokens])
    return np.ascontiguousarray(np.moveaxis(scores.reshape(samples, heads, targets, -1), 1, -1))
