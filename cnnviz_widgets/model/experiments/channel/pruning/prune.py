"""Rehearsing what a model does without some of a layer's channels, and making the smaller one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import keras
import numpy as np

from .....records.channel.pruning import PruneRehearsal
from .....runtime.call_stack import surely
from .....runtime.interrupts import interrupts_kept
from .....validation.keywords import checked_keywords
from .....validation.objects import instance
from .....validation.texts import one_of
from ....keras_compat.random_numbers import apart
from ....keras_compat.scopes import same_scopes
from ....layers.layer_info import LayerInfo
from ....reading.inputs import input_names
from ....reading.model_lock import model_lock
from ....reading.probe import ModelProbe
from ...ablation import checked_channels, tried
from ...changed_outputs import Replacement
from ...exchanged_pass import run_exchanged
from ...losses import checked_loss
from .call_graph import CallGraph
from .cannot_shrink import CannotShrink
from .multiplications import multiplications
from .plan import Plan
from .silent_values import SilentValues
from .smaller_model import cut_weights, smaller_model

HOWS = {"remove": "silence", "merge": "first"}


@checked_keywords
def prune(
    probe: ModelProbe,
    path: str,
    channels: Iterable[int],
    *,
    how: str = "remove",
    targets: Any = None,
    loss: Any = None,
) -> PruneRehearsal:
    """Rehearse what the live model does without some channels, and what that saves.

    The model runs twice, as it is and with the channels silenced on their way; nothing of it is
    written. Parameters and multiplications are those of the smaller model that would do the same,
    which `PruneRehearsal.smaller_model` makes.

    Parameters
    ----------
    probe : ModelProbe
    path : str
        Of the layer output.
    channels : iterable of int
        In the layer's own numbering.
    how : {'remove', 'merge'}
        ``"remove"``: they go. ``"merge"``: the first of them stands for the others, which go: for
        channels that answer alike.
    targets : array, list or dict of array, optional
        One target a sample, for each of the model's outputs.
    loss : str, callable or keras.losses.Loss, optional
        Default: what the model was compiled with, else a sensible one.

    Returns
    -------
    PruneRehearsal

    Raises
    ------
    ValueError
        There is no such layer, channel or way, the layer has no channels, or the targets do not
        fit.
    ModelCallError
        The model's call raises, or calls this layer only in compiled code.
    """
    one_of("how", how, HOWS)
    checked_loss(loss, targets)
    model = instance("probe", probe, ModelProbe).model
    with model_lock(model):
        info = probe.info(path)
        replacement = Replacement(checked_channels(info, channels, HOWS[how]), HOWS[how])
        plan, silent, why_not = _planned(probe, info, replacement)
        observe = None if silent is None else silent.observe
        ablation = tried(probe, info, replacement, targets, loss, observe=observe)
        if silent is not None:
            why_not = _why_not(silent)
        before, uncounted = multiplications(probe.layers, _input_shapes(probe), {})
        parameters = sum(math.prod(weight.shape) for weight in model.weights)
        after: _Size | None = None
        if plan is not None and silent is not None and why_not is None:
            after = _size_after(probe, plan, silent, parameters)
    return PruneRehearsal(
        path=info.path,
        channels=replacement.channels,
        how=how,
        layer_channels=info.channels or 0,
        samples=ablation.samples,
        change=ablation.change,
        unchanged=ablation.unchanged,
        answers=ablation.answers,
        answers_changed=ablation.answers_changed,
        right_before=ablation.right_before,
        right_after=ablation.right_after,
        loss_name=ablation.loss_name,
        loss_before=ablation.loss_before,
        loss_after=ablation.loss_after,
        parameters_before=parameters,
        parameters_after=None if after is None else after.parameters,
        multiplications_before=before,
        multiplications_after=None if after is None else after.multiplications,
        uncounted=uncounted,
        changed_layers=() if after is None else after.layers,
        why_not=why_not,
        maker=lambda: _made(probe, info.path, replacement),
    )


class _Size(NamedTuple):
    parameters: int
    multiplications: int
    layers: tuple[str, ...]


def _planned(
    probe: ModelProbe, info: LayerInfo, replacement: Replacement
) -> tuple[Plan | None, SilentValues | None, str | None]:
    """The plan and what watches the pass; or why there is none."""
    try:
        plan = _plan(probe, info, replacement)
    except CannotShrink as error:
        return None, None, str(error)
    return plan, SilentValues(plan), None


def _plan(probe: ModelProbe, info: LayerInfo, replacement: Replacement) -> Plan:
    # Keras counts the graphs that it makes, for their names.
    scopes, own, interrupts = same_scopes(), apart(0), interrupts_kept()
    with surely(scopes, own, interrupts), scopes, own, interrupts:
        graph = CallGraph(probe.model)
    if info.output_index:
        raise CannotShrink(f"'{info.path}' is one of several outputs of its layer")
    chosen = np.array(replacement.channels)
    gone, stands = chosen, None
    if replacement.how == "first":
        gone = chosen[1:]
        stands = np.repeat(chosen[:1], len(gone))
    return Plan(graph, probe.layer_of(info.path), info.channel_axis or -1, gone, stands)


def _why_not(silent: SilentValues) -> str | None:
    try:
        silent.check()
    except CannotShrink as error:
        return str(error)
    return None


def _size_after(probe: ModelProbe, plan: Plan, silent: SilentValues, parameters: int) -> _Size:
    """What the smaller model has, and which layers differ."""
    shapes: dict[int, dict[str, tuple[int, ...]]] = {}
    for layer, change in plan.changed:
        before = getattr(layer, "weights", [])
        if not before:
            continue
        values = cut_weights(layer, change, silent)
        shapes[id(layer)] = {name: value.shape for name, value in values.items()}
        parameters += sum(value.size for value in values.values())
        parameters -= sum(math.prod(weight.shape) for weight in before)
    by_path = {
        info.path: shapes[id(layer)]
        for info in probe.layers
        if id(layer := probe.layer_of(info.path)) in shapes
    }
    after, _ = multiplications(probe.layers, _input_shapes(probe), by_path)
    return _Size(parameters, after, tuple(by_path))


def _input_shapes(probe: ModelProbe) -> dict[str, tuple[int, ...]]:
    names = input_names(probe.model, probe.inputs)
    arrays = keras.tree.flatten(probe.inputs)
    return {name: array.shape for name, array in zip(names, arrays, strict=True)}


def _made(probe: ModelProbe, path: str, replacement: Replacement) -> Any:
    """The smaller model, by the weights as they are now."""
    with model_lock(probe.model):
        info = probe.info(path)
        try:
            plan = _plan(probe, info, replacement)
            silent = SilentValues(plan)
            run_exchanged(probe, {path: replacement}, observe=silent.observe)
            silent.check()
            return smaller_model(probe.model, plan, silent)
        except CannotShrink as error:
            raise ValueError(f"there is no smaller model: {error}") from error
