"""What is wrong with a live model, on what evidence, and the cure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...diagnosis import thresholds
from ...diagnosis.facts import LayerFacts, ModelFacts, Role
from ...diagnosis.findings import Finding, Skipped
from ...diagnosis.judge import judge, suspects
from ...diagnosis.measurements.input_range import (
    against_averages,
    by_averages,
    by_loss,
    by_sureness,
    look_like_bytes,
)
from ...diagnosis.measurements.output_measures import Maps, OutputMeasures, output_measures
from ...diagnosis.measurements.resemblance import neighbour_correlation, readable_share
from ...diagnosis.measurements.targets import too_alike, unknown_labels, unreachable
from ...diagnosis.measurements.weight_measures import WeightMeasures, weight_measures
from ...diagnosis.measurements.weight_movement import (
    WeightMovement,
    relative_change,
    weight_movement,
)
from ...diagnosis.phrases import listed
from ...diagnosis.report import Report
from ...diagnosis.value_sample import averaged_at
from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...runtime.progress import Progress, no_progress
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import mapping, optional_function
from ...validation.scalars import flag, whole_number
from ..experiments.fresh_model import NoReference, fresh_probe
from ..experiments.losses import checked_loss, targets_of
from ..layers.abstraction_levels import image_channel_axis, is_image
from ..layers.activations import activation_of, layer_role, output_reaches, stuck_ends
from ..layers.effective_weights import effective_arrays, read_only
from ..layers.initial_weights import initial_weights
from ..layers.layer_info import LayerInfo, own_weights, weight_names
from ..layers.layer_kinds import kind_named
from ..layers.unseen import in_words
from ..reading.call_recorder import ModelCallError
from ..reading.probe import ModelProbe

Array = NDArray[np.float32]

_BUDGET = 64 * 2**20
"""Bytes of layer outputs held at once when the probe is the diagnosis' own."""

# Shares of the whole work, as VGG16 takes them.
_WEIGHTS_FROM, _REFERENCE_FROM, _JUDGING_FROM = 0.6, 0.8, 0.97


@checked_keywords
def diagnose(
    model_or_probe: Any,
    inputs: Any = None,
    *,
    targets: ArrayLike | None = None,
    loss: Any = None,
    reference: bool = True,
    earlier: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """What is wrong with a live model, on what evidence, and what cures it [WL20 §1.3.2–1.3.5].

    One streamed forward pass on the inputs and one look at the weights; then, where a sign has
    no scale of its own, the suspicious layers of the same architecture, freshly initialised. The
    model is left as it was, also by an interrupt.

    Parameters
    ----------
    model_or_probe : keras.Model or ModelProbe
    inputs : array, tensor, list or dict of them, tf.data.Dataset or keras.utils.PyDataset, optional
        What the model is shown, 32 to 64 samples. Not with a probe, which has its own.
    targets : array_like, optional
        What the output should be: class labels, or values shaped like the output. One for each
        sample at the least; where they are as many as the inputs, they are taken to belong to
        them.
    loss : str, keras.losses.Loss or callable, optional
        For targets that belong to the inputs. Default: cross-entropy for labels, else squares.
    reference : bool
        Whether a freshly initialised reference may be built.
    earlier : mapping of str to mapping of str to ndarray, optional
        Weights of an earlier moment: path → ``probe.weights(path)``. With them `frozen` is
        certain.
    seed : int
        Of the reference, shuffles and samples.
    progress : callable, optional
        Given the share that is done, 0 to 1, and what is being looked at. What it raises ends the
        diagnosis.

    Returns
    -------
    Report

    Raises
    ------
    TypeError, ValueError
        No model, or inputs that do not fit it; inputs with a probe, or none with a model; fewer
        targets than samples, no such loss, or a loss without targets.
    ModelCallError
        The model's own call raises.
    """
    if isinstance(model_or_probe, ModelProbe):
        if inputs is not None:
            raise ValueError("a ModelProbe has its own inputs: give none, or give the model")
        probe = model_or_probe
    else:
        if inputs is None and isinstance(model_or_probe, keras.Model):
            raise ValueError("no inputs: give some samples to diagnose the model on")
        probe = ModelProbe(model_or_probe, inputs, memory_budget=_BUDGET)
    flag("reference", reference)
    whole_number("seed", seed, 0)
    optional_function("progress", progress)
    if isinstance(loss, (list, tuple, Mapping)):
        raise TypeError(f"loss must be one loss; got {described(loss)}")
    checked_loss(loss, targets)
    if targets is not None:
        targets_of(probe.model, targets, probe.samples)
    for path, weights in mapping("earlier", earlier or {}, "a path to weights").items():
        mapping(f"earlier[{path!r}]", weights, "a weight's name to its values")
    kept = interrupts_kept()
    with surely(kept), kept, probe.steady():
        return _Diagnosis(probe, loss, seed, progress or no_progress).report(
            targets, reference, earlier
        )


@dataclass
class _Seen:
    """What one pass through the layers leaves behind."""

    signs: dict[str, OutputMeasures] = field(default_factory=dict)
    image: Array | None = None
    output: Array | None = None


class _Diagnosis:
    """One diagnosis of one model."""

    def __init__(self, probe: ModelProbe, loss: Any, seed: int, progress: Progress) -> None:
        self._probe = probe
        self._loss = loss
        self._seed = seed
        self._report_progress = progress
        self._skipped: list[Skipped] = []
        self._notes: list[str] = []
        self._infos = {info.path: info for info in probe.layers}
        self._layers = {path: probe.layer_of(path) for path in self._infos}
        read = {parent for info in self._infos.values() for parent in info.parents}
        self._returned = [path for path in self._infos if path not in read]
        self._mapped = self._map_layers()
        self._plain: set[str] = set()

    def _progress(self, share: float, message: str) -> None:
        self._report_progress(share, f"diagnosis: {message}")

    def report(
        self,
        targets: ArrayLike | None,
        reference: bool,
        earlier: Mapping[str, Mapping[str, NDArray[Any]]] | None,
    ) -> Report:
        probe = self._probe
        inputs = [np.asarray(array) for array in keras.tree.flatten(probe.inputs)]
        seen = self._look(probe, list(self._infos), 0.0, _WEIGHTS_FROM)
        self._plain = self._without_picture(seen)
        facts = ModelFacts(
            layers=self._facts(seen, earlier or {}),
            samples=probe.samples,
            nonfinite_inputs=probe.nonfinite_inputs,
            inputs_vary=any(bool(np.any(array != array[:1])) for array in inputs),
            input_magnitude=max((_magnitude(array) for array in inputs), default=math.nan),
            makes_images="output" in probe.image_ends,
        )
        untrained, traceless = self._untrained(facts), self._traceless(facts)
        facts = replace(facts, untrained=untrained, traceless=untrained or traceless)
        if self._plain and not facts.untrained and self._mapped:
            self._skipped.append(
                Skipped(
                    "unlike-input",
                    f"the {listed(sorted(self._plain))} has no picture in it that could be lost: "
                    "neighbouring pixels hardly correlate",
                )
            )
        if reference:
            facts = self._with_reference(facts)
        else:
            self._skip_reference(facts, "reference=False was given")
        self._progress(_JUDGING_FROM, "inputs and targets")
        others = self._of_inputs_and_targets(facts, seen, inputs, targets)
        found = judge(facts, others)
        self._skipped += [
            Skipped(f"values inside {where}", why) for where, why in in_words(probe.unseen)
        ]
        self._untold(facts)
        self._too_few(facts)
        self._progress(1.0, "done")
        return Report(
            findings=found,
            model=str(probe.model.name),
            layers=len(self._infos),
            samples=probe.samples,
            notes=tuple(self._notes),
            skipped=tuple(self._skipped),
        )

    # --- Looking ---------------------------------------------------------------------------

    def _map_layers(self) -> list[str]:
        """The layers whose maps are compared with the image: the first ones at an image end."""
        if not self._probe.image_ends:
            return []
        found = [
            info.path
            for info in self._infos.values()
            if len(info.output_shape) == 4
            and info.level <= thresholds.MAP_LEVEL
            and self._role(info) != "other"
            and info.path not in self._returned
        ]
        return found[: thresholds.MAP_LAYERS]

    def _look(self, probe: ModelProbe, paths: list[str], start: float, end: float) -> _Seen:
        """One streamed pass over some layers of the model, or of its reference."""
        seen = _Seen()
        size = 0

        def measure(info: LayerInfo, values: Array) -> None:
            nonlocal size
            own = self._infos[info.path]
            if own.channel_axis is None or not values.size:
                return
            moved = np.moveaxis(values, own.channel_axis, -1)
            seen.signs[own.path] = output_measures(
                moved,
                ends=stuck_ends(self._layers[own.path]),
                with_merges=own.level_name == "low" and self._role(own) != "other",
                with_maps=own.path in self._mapped,
                seed=self._seed,
            )
            if [own.path] == self._returned:
                seen.output = np.array(moved[: thresholds.OUTPUT_SAMPLES])
                if is_image(values.shape):
                    axis = image_channel_axis(values.shape)
                    assert axis is not None
                    seen.image = np.moveaxis(values, axis, -1)[: thresholds.OUTPUT_SAMPLES].copy()

        probe.stream(
            measure,
            paths,
            lambda share, path: self._progress(start + (end - start) * share, path),
        )
        return seen

    def _role(self, info: LayerInfo) -> Role:
        return layer_role(info, self._layers[info.path])

    def _facts(
        self, seen: _Seen, earlier: Mapping[str, Mapping[str, NDArray[Any]]]
    ) -> dict[str, LayerFacts]:
        listed = {id(layer) for layer in self._layers.values()}
        weighed: set[int] = set()
        self._check_earlier(earlier)
        facts = {}
        for number, (path, info) in enumerate(self._infos.items()):
            share = number / len(self._infos)
            self._progress(
                _WEIGHTS_FROM + (_REFERENCE_FROM - _WEIGHTS_FROM) * share, f"weights of {path}"
            )
            layer = self._layers[path]
            weights: tuple[WeightMeasures, ...] = ()
            still = None
            if info.weight_shapes and id(layer) not in weighed:
                weighed.add(id(layer))
                weights = self._weigh(path)
                still = self._stillness(path, own_weights(layer, listed), earlier.get(path))
            if path not in seen.signs:
                self._skipped.append(
                    Skipped(path, "its output is a single number or holds no values")
                )
                continue
            facts[path] = LayerFacts(
                path=path,
                kind=info.kind,
                parents=info.parents,
                role=self._role(info),
                low=info.level_name == "low",
                level=info.level,
                output=path in self._returned,
                trainable=info.trainable,
                activation=info.activation,
                outputs=seen.signs[path],
                weights=weights,
                still=still,
                readable=self._readable(seen, path),
                underflows=activation_of(info.activation).underflows,
                channelwise=kind_named(info.family, info.kind).channelwise,
                normalises=kind_named(info.family, info.kind).normalises,
                looks_up=kind_named(info.family, info.kind).looks_up,
            )
        return facts

    def _weigh(self, path: str) -> tuple[WeightMeasures, ...]:
        return tuple(
            weight_measures(
                part.values,
                part.bias,
                name=part.name,
                outputs=part.outputs,
                first_channel=part.first_channel,
                merges=part.name.endswith("kernel"),
                seed=self._seed,
            )
            for part in self._probe.parameters(path, copy=False)
            if part.values.size
        )

    def _stillness(
        self, path: str, weights: list[Any], earlier: Mapping[str, NDArray[Any]] | None
    ) -> WeightMovement | None:
        layer = self._layers[path]
        acting = effective_arrays(layer, weights, copy=False)
        now = {name: array for name, array in acting.items() if array.ndim}
        fresh = initial_weights(layer, weights, seed=self._seed)
        still = weight_movement(now, fresh)
        if earlier is None:
            return still
        # The earlier ones are as they were stored: those that act cannot be told from them alone.
        stored = {
            name: read_only(weight, copy=False)
            for name, weight in zip(weight_names(layer, weights), weights, strict=True)
            if len(weight.shape)
        }
        before = {name: earlier[name] for name in earlier if np.ndim(earlier[name])}
        try:
            return replace(still, change=relative_change(stored, before))
        except ValueError as error:
            self._skipped.append(Skipped(f"frozen: {path}", str(error)))
            return None

    def _check_earlier(self, earlier: Mapping[str, Any]) -> None:
        for path in earlier:
            if path not in self._infos:
                self._skipped.append(
                    Skipped(f"frozen: {path}", "earlier weights of a layer the model does not have")
                )

    def _untrained(self, facts: ModelFacts) -> bool:
        judged = [layer.still for layer in facts if layer.still and layer.still.known]
        # Of a hundred layers one would have moved by chance alone.
        judged = [
            replace(each, change=math.nan, p_value=each.p_value * len(judged)) for each in judged
        ]
        if not any(still.known for still in judged) or any(still.moved for still in judged):
            return False
        self._notes.append(
            "The model looks untrained: no layer's weights have left the distribution they are "
            "drawn from. Signs that only training can cure are not judged."
        )
        return True

    def _traceless(self, facts: ModelFacts) -> bool:
        """Whether all weights were drawn, bear no trace of training, and nothing tells more."""
        stills = [layer.still for layer in facts if layer.still]
        told = any(still.constants or not still.drawn for still in stills)
        changed = any(still.moved for still in stills if not math.isnan(still.change))
        if not stills or told or changed or any(still.left_trace for still in stills):
            return False
        self._notes.append(
            "Whether the model was trained cannot be told: its weights are distributed as freshly "
            "drawn ones, and none of them, such as a bias, began at a known number. Signs that "
            "only training can cure are not judged."
        )
        return True

    # --- The image -------------------------------------------------------------------------

    def _readable(self, seen: _Seen, path: str) -> float:
        """How much of an image at either end of the model can be read off the layer's maps."""
        signs = seen.signs[path]
        if signs.maps is None or signs.measures.nonfinite.any():
            return math.nan
        shares = [
            readable_share(signs.maps.values, _patches(image[signs.maps.samples], signs.maps))
            for end, image in self._images(seen).items()
            if end not in self._plain and len(image) > signs.maps.samples[-1]
        ]
        return max(shares, default=math.nan)

    def _without_picture(self, seen: _Seen) -> set[str]:
        """The ends of the model whose images are noise, off which no layer could read anything."""
        return {
            end
            for end, image in self._images(seen).items()
            if neighbour_correlation(image) < thresholds.NEIGHBOURS
        }

    def _images(self, seen: _Seen) -> dict[str, Array]:
        """What the model is shown and what it makes, where that is an image, by the end."""
        found = {}
        for number, array in enumerate(keras.tree.flatten(self._probe.inputs)):
            if is_image(array.shape, np.issubdtype(array.dtype, np.floating)):
                axis = image_channel_axis(array.shape)
                assert axis is not None
                end = f"input {number}" if number else "input"
                found[end] = np.moveaxis(array, axis, -1)[: thresholds.OUTPUT_SAMPLES]
        if seen.image is not None and "output" in self._probe.image_ends:
            found["output"] = seen.image
        return {
            end: image.astype(np.float32)
            for end, image in found.items()
            if np.isfinite(image).all()
        }

    # --- The reference ---------------------------------------------------------------------

    def _with_reference(self, facts: ModelFacts) -> ModelFacts:
        signs, images = suspects(facts)
        paths = list(dict.fromkeys([*signs, *images]))
        if not paths:
            return facts
        self._progress(_REFERENCE_FROM, "a freshly initialised reference")
        wanted = paths
        if images and "output" in self._probe.image_ends:
            wanted = [*paths, *self._returned]  # the images it makes are its last layer's output
        try:
            fresh = fresh_probe(self._probe, wanted, seed=self._seed)
            seen = self._look(fresh, wanted, _REFERENCE_FROM, _JUDGING_FROM)
        except (NoReference, ModelCallError, MemoryError) as error:
            self._skip_reference(facts, str(error))
            return facts
        return replace(
            facts,
            fresh={path: seen.signs[path] for path in signs if path in seen.signs},
            fresh_readable={
                path: self._readable(seen, path) for path in images if path in seen.signs
            },
        )

    def _skip_reference(self, facts: ModelFacts, why: str) -> None:
        signs, images = suspects(facts)
        if signs or images:
            named = ", ".join(list(dict.fromkeys([*signs, *images]))[:4])
            self._skipped.append(
                Skipped(f"comparison of {named} with the freshly initialised architecture", why)
            )

    # --- Inputs and targets ----------------------------------------------------------------

    def _of_inputs_and_targets(
        self,
        facts: ModelFacts,
        seen: _Seen,
        inputs: list[NDArray[Any]],
        targets: ArrayLike | None,
    ) -> list[Finding]:
        found = []
        wanted = self._checked_targets(targets, facts)
        if wanted is not None:
            for finding in (self._unreachable(facts, wanted), self._too_alike(seen, wanted)):
                if finding is not None:
                    found.append(finding)
        if not facts.nonfinite_inputs:
            finding = self._input_range(facts, seen, inputs, wanted)
            if finding is not None:
                found.append(finding)
        return found

    def _checked_targets(self, targets: ArrayLike | None, facts: ModelFacts) -> NDArray[Any] | None:
        """Targets that fit the model's one output, or None and the reason among the skipped."""
        if targets is None:
            return None
        what = "targets"
        if len(self._returned) != 1 or self._returned[0] not in facts.layers:
            self._skipped.append(
                Skipped(what, "they are compared with a single output; this model has several")
            )
            return None
        array = np.asarray(targets)
        shape = self._infos[self._returned[0]].output_shape
        if _are_labels(array, shape):
            return array.reshape(len(array))
        if array.ndim == len(shape) - 1 and shape[-1] == 1:
            array = array[..., np.newaxis]
        fits = array.ndim == len(shape) and all(
            want is None or want == have
            for want, have in zip(shape[1:], array.shape[1:], strict=True)
        )
        if not fits:
            self._skipped.append(
                Skipped(
                    what,
                    f"their shape {array.shape} fits neither the output's {shape} nor class labels",
                )
            )
            return None
        return array.astype(np.float32)

    def _unreachable(self, facts: ModelFacts, targets: NDArray[Any]) -> Finding | None:
        path = self._returned[0]
        if targets.dtype.kind != "f":
            outputs = facts.layers[path].outputs.channels
            return unknown_labels(targets, outputs, layer=path) if outputs > 1 else None
        if not self._is_last(path):
            self._skipped.append(
                Skipped(
                    "unreachable-targets",
                    "the model computes on after its last layer; its range is not known",
                )
            )
            return None
        reach = output_reaches(self._infos, self._layers)[path]
        info = self._infos[reach.path]
        if reach.range is None:
            self._skipped.append(
                Skipped(
                    "unreachable-targets",
                    f"what '{info.path}' ({info.kind}) makes of the range of what it reads is not "
                    "known",
                )
            )
            return None
        return unreachable(
            targets,
            reach.range,
            layer=info.path,
            activation=info.activation or info.kind,
            least=thresholds.TARGETS_OUT_OF_REACH,
        )

    def _too_alike(self, seen: _Seen, targets: NDArray[Any]) -> Finding | None:
        """Whether the model's images vary far less than the targets do."""
        if seen.image is None or len(seen.image) < 2 or len(targets) < 2 or targets.ndim != 4:
            return None
        if not (np.isfinite(seen.image).all() and np.isfinite(targets).all()):
            return None
        return too_alike(seen.image, targets, layer=self._returned[0])

    def _is_last(self, path: str) -> bool:
        """Whether the model returns this layer's output as it is, as far as can be told."""
        if any(not each.path and "" in each.names for each in self._probe.unseen):
            return False
        outputs = getattr(self._probe.model, "outputs", None)
        if not outputs:
            return True
        operation = outputs[0]._keras_history.operation
        return operation is self._layers[path] or isinstance(operation, keras.Model)

    def _input_range(
        self,
        facts: ModelFacts,
        seen: _Seen,
        inputs: list[NDArray[Any]],
        targets: NDArray[Any] | None,
    ) -> Finding | None:
        """Whether the inputs are in the range of training, by the best evidence there is."""
        if len(inputs) != 1 or inputs[0].dtype.kind not in "fiu":
            return None
        values = inputs[0].astype(np.float32)
        if any(map(_scales_inputs, self._infos.values())):
            return None
        finding = self._by_averages(facts, values)
        if finding is not None or not look_like_bytes(inputs[0]):
            return finding
        if seen.output is None or facts.untrained:
            return None
        now = seen.output
        if targets is None and now.shape == values[: len(now)].shape:
            targets = values  # an autoencoder's targets are its inputs
            scaled_too = True
        else:
            scaled_too = False
        for how, scaled in (("x / 255", values / 255), ("x / 127.5 − 1", values / 127.5 - 1)):
            again = self._outputs_on(np.asarray(scaled, dtype=np.float32))
            if again is None:
                return None
            found = None
            if targets is not None and len(targets) == len(values):
                here = targets[: len(now)]
                there = scaled[: len(now)] if scaled_too else here
                if _accuracy(again, there) >= _accuracy(now, here) - 0.05:
                    found = by_loss(
                        self._loss_of(now, here),
                        self._loss_of(again, there),
                        how,
                        values,
                        len(values),
                    )
            elif now.ndim == 2 and now.min() >= 0 and now.max() <= 1:
                found = by_sureness(now, again, how, values)
            if found is not None:
                return found
        return None

    def _by_averages(self, facts: ModelFacts, values: Array) -> Finding | None:
        for layer in facts:
            if self._infos[layer.path].family != "BatchNormalization":
                continue
            weights = self._probe.weights(layer.path)
            moving = weights.get("moving_variance")
            if moving is None or np.all(moving == 1):
                return None  # never trained
            gamma = weights.get("gamma", np.ones(layer.outputs.channels, np.float32))
            ratio = against_averages(layer.outputs.measures, gamma)
            return by_averages(ratio, layer.path, values, facts.samples)
        return None

    def _outputs_on(self, inputs: Array) -> Array | None:
        """The model's output on other inputs."""
        structure = keras.tree.pack_sequence_as(self._probe.inputs, [inputs])
        try:
            other = ModelProbe(self._probe.model, structure, samples=thresholds.OUTPUT_SAMPLES)
            path = self._returned[0]
            axis = self._infos[path].channel_axis
            return np.moveaxis(other.outputs(path), -1 if axis is None else axis, -1)
        except (ModelCallError, ValueError, TypeError) as error:
            self._skipped.append(Skipped("input-range", f"scaled inputs cannot be tried: {error}"))
            return None

    def _loss_of(self, outputs: Array, targets: NDArray[Any]) -> float:
        if self._loss is not None and len(targets) == len(outputs):
            function = keras.losses.get(self._loss)
            return float(np.mean(np.asarray(function(targets, outputs))))
        if targets.dtype.kind != "f" and outputs.shape[-1] > 1:
            return _cross_entropy(outputs, targets)
        wanted = targets.astype(np.float64).reshape(outputs.shape)
        if np.isin(wanted, (0, 1)).all() and outputs.min() >= 0 and outputs.max() <= 1:
            likely = np.where(wanted == 1, outputs, 1 - outputs)
            return float(-np.log(np.clip(likely, 1e-7, 1)).mean())
        return float(np.mean((outputs - wanted) ** 2) / max(float(wanted.var()), 1e-12))

    def _untold(self, facts: ModelFacts) -> None:
        """Say of which layers it cannot be told whether they are frozen."""
        if facts.untrained:
            return
        still = [layer.path for layer in facts if layer.still and not layer.still.known]
        if still:
            self._skipped.append(
                Skipped(
                    f"frozen: {listed(still)}",
                    "nothing in them began at a known value; give weights of an earlier moment "
                    "(earlier=…)",
                )
            )

    def _too_few(self, facts: ModelFacts) -> None:
        if facts.samples < 2:
            self._skipped.append(
                Skipped("constant", "one sample cannot show what depends on the input: give 32")
            )
        elif not facts.inputs_vary:
            self._skipped.append(Skipped("constant", "all samples are the same: give others"))
        if not self._probe.image_ends:
            self._skipped.append(
                Skipped("unlike-input", "the model has no image at its input or output")
            )
        if not any(info.weight_shapes for info in self._infos.values()):
            self._skipped.append(Skipped("signs of parameters", "the model has no weights"))


def _scales_inputs(info: LayerInfo) -> bool:
    """Whether the model itself brings its inputs to the scale it was trained on."""
    if info.family in ("Rescaling", "Normalization"):
        return True
    return not info.parents and kind_named(info.family, info.kind).alone == "scales"


def _magnitude(values: NDArray[Any]) -> float:
    """Root mean square of the finite values."""
    if values.dtype.kind not in "biuf":
        return math.nan
    finite = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(np.square(finite, dtype=np.float64)))) if finite.size else 0.0


def _patches(image: Array, maps: Maps) -> Array:
    """The image at the maps' places, each place with the pixels that lie in it."""
    fine = [
        max(1, min(thresholds.MAP_PATCH, pixels // size))
        for pixels, size in zip(image.shape[1:3], maps.shape, strict=True)
    ]
    parts = [
        averaged_at(
            image,
            [size * k for size, k in zip(maps.shape, fine, strict=True)],
            (maps.places[0] * fine[0] + down, maps.places[1] * fine[1] + across),
        )
        for down in range(fine[0])
        for across in range(fine[1])
    ]
    return np.concatenate(parts, axis=-1)


def _are_labels(targets: NDArray[Any], shape: tuple[int | None, ...]) -> bool:
    """Whether targets are class numbers for an output of this shape."""
    if len(shape) != 2 or targets.dtype.kind not in "biu":
        return False
    plain = targets.ndim == 1 or (targets.ndim == 2 and targets.shape[1] == 1)
    return plain and shape[-1] != 1


def _accuracy(outputs: Array, targets: NDArray[Any]) -> float:
    if targets.dtype.kind == "f" or outputs.shape[-1] == 1:
        return 1.0
    return float(np.mean(np.argmax(outputs, axis=-1) == targets))


def _cross_entropy(outputs: Array, labels: NDArray[Any]) -> float:
    """Of probabilities, or of logits where they are none."""
    wide = outputs.astype(np.float64)
    if not (wide.min() >= 0 and np.allclose(wide.sum(axis=-1), 1, atol=1e-3)):
        wide = np.exp(wide - wide.max(axis=-1, keepdims=True))
        wide /= wide.sum(axis=-1, keepdims=True)
    known = (labels >= 0) & (labels < wide.shape[-1])
    if not known.any():
        return math.nan
    chosen = wide[known, labels[known].astype(int)]
    return float(-np.log(np.clip(chosen, 1e-7, 1)).mean())
