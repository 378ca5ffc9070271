"""The heads of a model, their losses and their targets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras

from ...diagnosis.findings import Skipped
from ...diagnosis.measurements.training.head import Head, Layout, layout
from ..experiments.changed_outputs import returned_layers
from ..experiments.losses import targets_of
from ..experiments.output_loss import loss_of_output, named_loss
from ..keras_compat.losses import is_corrected
from ..layers.activations import ACTIVATIONS, activation_of, activation_range
from ..layers.layer_info import activation_name
from ..layers.layer_kinds import family, kind_of
from ..reading.call_recorder import ModelCallError
from .bare_pass import BarePass
from .measured import Measured
from .question import Question
from .subject import Subject

_MEANS = frozenset(
    f"{name}AveragePooling{rank}D" for name in ("", "Global", "Adaptive") for rank in (1, 2, 3)
)


def with_head(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with what the model ends in beside what judges it."""
    ends = _ends(subject)
    if not ends:
        return measured
    model = subject.probe.model
    losses = [loss_of_output(model, question.loss, number) for number in range(len(ends))]
    layouts = _layouts(subject, question, ends)
    heads = [
        head
        for path, loss, targets in zip(ends, losses, layouts, strict=True)
        if (head := _head(subject, path, loss, targets)) is not None
    ]
    skipped: list[Skipped] = []
    heads = _corrected(measured.bare, ends, heads, skipped)
    return measured.but(replace(measured.facts, heads=tuple(heads)), skipped)


def _ends(subject: Subject) -> list[str]:
    """The layers whose outputs the model returns, in its order; [] where that is not known."""
    probe = subject.probe
    if any(not each.path and "" in each.names for each in probe.unseen):
        return []
    declared = len(keras.tree.flatten(getattr(probe.model, "outputs", None) or [None]))
    ends = [info.path for info in returned_layers(probe, declared) if info is not None]
    return ends if len(ends) == declared else []


def _layouts(subject: Subject, question: Question, ends: list[str]) -> list[Layout]:
    """How the targets of each output are laid out; what is wrong with them is told elsewhere."""
    probe = subject.probe
    try:
        targets = targets_of(probe.model, question.targets, probe.samples)
    except (TypeError, ValueError):
        targets = []
    if question.targets is None or len(targets) != len(ends):
        return [""] * len(ends)
    shapes = [subject.infos[path].output_shape for path in ends]
    return [layout(each, shape) for each, shape in zip(targets, shapes, strict=True)]


def _head(subject: Subject, path: str, loss: Any, targets: Layout) -> Head | None:
    """What is known of one output; None where its last activation is not."""
    names = last_activations(subject, path)
    shape = subject.infos[path].output_shape
    if names is None or len(shape) < 2 or shape[-1] is None:
        return None
    known = activation_of(names[0] if names else None)
    name, from_logits = named_loss(loss)
    return Head(path, names, shape[-1], known.low, known.high, name, from_logits, targets)


# --- Losses ------------------------------------------------------------------------------------


def _corrected(
    bare: BarePass, ends: list[str], heads: list[Head], skipped: list[Skipped]
) -> list[Head]:
    """The heads, with those marked whose loss Keras computes from the logits all the same."""
    if not any(head.loss.endswith("crossentropy") and head.activations for head in heads):
        return heads
    if not any(head.from_logits or head.last == "sigmoid" for head in heads):
        return heads
    try:
        outputs = keras.tree.flatten(bare.outputs)
    except ModelCallError as error:
        skipped.append(Skipped("whether Keras corrects from_logits", str(error)))
        return heads
    of_path = dict(zip(ends, outputs, strict=False))
    return [replace(head, corrected=is_corrected(of_path[head.layer])) for head in heads]


# --- Activations -------------------------------------------------------------------------------


def last_activations(subject: Subject, path: str) -> tuple[str, ...] | None:
    """What is applied last before a layer's output, the last one first.

    Layers that only lay out anew are passed, and so are means of what has no activation.

    Parameters
    ----------
    subject : Subject
    path : str

    Returns
    -------
    tuple of str or None
        () where the output is what a layer has weighed; None where that cannot be told.
    """
    names: list[str] = []
    averaged = False
    while True:
        info, layer = subject.infos[path], _inside(subject.layers[path])
        name = _activation(layer, len(info.output_shape))
        if name is None or (averaged and name != "linear"):
            return tuple(names) or None
        if name != "linear":
            names.append(name)
        kind, kind_name = kind_of(layer), family(layer)
        if subject.role(path) == "weights":
            is_known = (
                kind.kernel or kind.separable or kind.normalises or kind_name == "EinsumDense"
            )
            return tuple(names) if names or is_known else None
        passes = name != "linear" or (kind.carries and kind.reach == "same")
        averaged = averaged or kind_name in _MEANS
        if not (passes or kind_name in _MEANS) or not _reads_one(subject, path):
            return tuple(names) or None
        (path,) = info.parents


def _inside(layer: Any) -> Any:
    """What is applied to each step, where the layer does nothing else."""
    return layer.layer if family(layer) == "TimeDistributed" else layer


def _reads_one(subject: Subject, path: str) -> bool:
    """Whether the layer reads just what one other puts out, with nothing done to it on the way."""
    info = subject.infos[path]
    alone = len(info.parents) == 1 and not info.reads_unlisted
    return alone and not any(each.is_before(path) for each in subject.probe.unseen)


def _activation(layer: Any, rank: int) -> str | None:
    """The activation of a layer, ``linear`` where it has none; None where it is not known."""
    kind, kind_name = kind_of(layer), family(layer)
    if kind.recurrent or not kind.known:
        return None
    if kind_name in ("ReLU", "ops.ReLU"):
        return {0.0: "relu"}.get(activation_range(layer)[0])
    axis = getattr(layer, "axis", -1)
    if kind_name in ("Softmax", "ops.Softmax") and axis not in (-1, rank - 1):
        return None
    name = activation_name(layer)
    if name is None:
        return None if kind.bends else "linear"
    return name if name in ACTIVATIONS or name in ("linear", "leaky_relu") else None
