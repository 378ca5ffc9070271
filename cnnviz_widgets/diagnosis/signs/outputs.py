"""From the measures of layer outputs to findings [WL20 §1.3.2]."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .. import thresholds
from ..facts import LayerFacts, ModelFacts
from ..findings import Comparison, Evidence, Finding, Measurement, Severity
from ..measurements.merges import Merges
from ..measurements.output_measures import OutputMeasures
from ..measurements.rarity import firing_bound, silent_but_living
from ..measurements.weight_measures import histogram
from ..phrases import are, percent, samples, some_of

_FRESH = "the same architecture, freshly initialised"
_PAPER = "[WL20 §1.3.2]"
_BEYOND = "METHOD §3, beyond [WL20]"


def nonfinite(model: ModelFacts) -> Iterator[Finding]:
    """NaN or infinity, where it begins.

    A layer is the origin if its own weights are non-finite, or its output is while those of
    all layers it reads are finite. Beyond the paper.
    """
    if model.nonfinite_inputs:
        count = model.nonfinite_inputs
        yield Finding(
            kind="non-finite",
            severity="severe",
            layer="",
            view="outputs",
            channels=(),
            measured=Measurement("input values that are NaN or infinite", count),
            reference=None,
            samples=model.samples,
            summary=f"{count:,} of the input values {are(count)} NaN or infinite.",
            limits="What the layers make of finite inputs cannot be seen while these are in them.",
            cure="Check the input data: find where NaN or infinity gets in, and drop or replace "
            "those samples.",
            source=_BEYOND,
        )
    for layer in model:
        in_weights = sorted({k for signs in layer.weights for k in signs.nonfinite})
        measures = layer.outputs.measures
        shown = np.flatnonzero(measures.nonfinite)
        if in_weights:
            names = ", ".join(signs.name for signs in layer.weights if signs.nonfinite)
            of_output = {
                k + (signs.first_channel or 0)
                for signs in layer.weights
                if signs.first_channel is not None
                for k in signs.nonfinite
            }
            total = next(signs.shape[-1] for signs in layer.weights if signs.nonfinite)
            yield Finding(
                kind="non-finite",
                severity="severe",
                layer=layer.path,
                view="weights",
                channels=tuple(sorted(of_output)),
                measured=Measurement(
                    "share of outputs with non-finite weights", len(in_weights) / total, True
                ),
                reference=None,
                samples=0,
                summary=f"The {names} of {layer.path} {'holds' if ',' not in names else 'hold'} "
                f"NaN or infinity for {some_of(len(in_weights), total, layer.noun)}.",
                limits=""
                if shown.size
                else f"The activation of {layer.path} hides it: what it puts out is finite.",
                cure="Load weights from before the damage and train on with a lower learning rate "
                "or clipped gradients; check the data and the loss for divisions by zero.",
                source=_BEYOND,
                weight=names.split(", ")[0],
            )
        elif shown.size and not model.nonfinite_inputs:
            if any(parent.outputs.measures.nonfinite.any() for parent in model.parents(layer)):
                continue
            yield Finding(
                kind="non-finite",
                severity="severe",
                layer=layer.path,
                view="outputs",
                channels=_named(shown, layer),
                measured=Measurement(
                    "share of values that are NaN or infinite",
                    float(measures.nonfinite_share.mean()),
                    True,
                ),
                reference=None,
                samples=layer.outputs.samples,
                summary=f"{layer.path} turns finite inputs into NaN or infinity in "
                f"{some_of(shown.size, layer.outputs.channels, layer.noun)}.",
                limits="",
                cure="Look for overflow, division by zero or the logarithm of 0 in this layer; "
                "scale its inputs down or compute it in float32.",
                source=_BEYOND,
            )


def dead(model: ModelFacts) -> Iterator[Finding]:
    """All-zero maps and units [WL20 §1.3.2, Fig. 12], in the layer that makes them.

    Measured: the share of channels that are zero on every sample. Of units without positions as
    many are not counted against the layer as `rarity.silent_but_living` says are merely rare.
    A sigmoid or softmax at 0 has underflowed: `saturated`.
    """
    found = list(_silent(model))
    several = sum(finding.severity != "note" for finding in found) > 1
    for finding in found:
        yield replace(finding, cure=_dead_cure(model, model.layers[finding.layer], several))


def _silent(model: ModelFacts) -> Iterator[Finding]:
    """A finding for each layer that makes zero channels, but for the cure."""
    for layer in model:
        signs = layer.outputs
        silent = np.flatnonzero(signs.measures.dead)
        if not silent.size or signs.fires is None or layer.underflows:
            continue
        share = silent.size / signs.channels
        if layer.role == "other" and share < thresholds.WHOLLY:
            continue  # a pooling's or a flattening's zeros are those of the layer before
        if _inherited(model, layer, silent):
            continue
        plain = len(signs.shape) == 2
        rare = silent_but_living(signs.fires, signs.samples) if plain else 0.0
        sure = (silent.size - rare) / signs.channels
        severity = _by_share(sure, thresholds.DEAD_SEVERE, thresholds.DEAD_WARNING)
        if (
            severity == "note"
            and share >= thresholds.DEAD_SURELY
            and signs.samples >= thresholds.DEAD_SURELY_SAMPLES
        ):
            severity = "warning"
        few = plain and signs.samples < thresholds.DEAD_FEWEST_SAMPLES and share < thresholds.WHOLLY
        bound = firing_bound(signs.samples)
        limits = (
            f"What is silent on {samples(signs.samples)} may still fire on up to "
            f"{percent(bound)} of all inputs, at 95 % confidence."
        )
        if few or (severity == "note" and share >= thresholds.DEAD_WARNING):
            severity = "note"
            limits = (
                "Cannot tell from these samples whether they are dead or only rare: "
                f"{limits[0].lower()}{limits[1:]}"
            )
        if round(rare) >= 1:
            limits += (
                f" Judging by how rarely others fire, about {round(rare):,} of them "
                f"{are(round(rare))} rare rather than dead."
            )
        yield Finding(
            kind="dead",
            severity=severity,
            layer=layer.path,
            view="outputs",
            channels=_named(silent, layer),
            measured=Measurement(
                f"share of {layer.noun} that are zero on every sample", share, True
            ),
            reference=None,
            samples=signs.samples,
            summary=f"{some_of(silent.size, signs.channels, layer.noun).capitalize()} of "
            f"{layer.path} {are(silent.size)} zero on {samples(signs.samples)} "
            f"({percent(share)}).",
            limits=limits,
            cure="",
            source=_PAPER,
            evidence=_firing(signs),
        )


def _dead_cure(model: ModelFacts, layer: LayerFacts, several: bool) -> str:
    """What to do about a layer's dead channels, the likeliest first."""
    if several:
        return (
            "Lower the learning rate first, as units have died in several layers; then use an "
            "activation that passes negative values (LeakyReLU, ELU), or drop one of several "
            "stacked layers."
        )
    if layer.low and not any(
        other.role == "weights" and layer.path in model.descendants(other.path) for other in model
    ):
        return (
            "Check the input data, then the activation and bias of this layer: use one that "
            "passes negative values (LeakyReLU), lower the learning rate, or change the structure."
        )
    return (
        "Change the activation of this layer or of those before it (LeakyReLU, ELU), lower the "
        "learning rate, or drop one of several stacked layers."
    )


def constant(model: ModelFacts) -> Iterator[Finding]:
    """Channels that are the same whatever the input is; beyond the paper.

    Measured: `variation.between_samples`. A channel that is stuck at an end of its activation is
    `saturated`, a zero one `dead`.
    """
    if model.samples < 2 or not model.inputs_vary:
        return
    for layer in model:
        signs = layer.outputs
        stuck = signs.at_ends is not None and bool(
            (signs.at_ends >= thresholds.SATURATED_VALUES).all()
        )
        if layer.output and not stuck and _same_for_all(layer):
            yield _collapsed(model, layer)
            continue
        variation = _variation(layer)
        still = variation < thresholds.CONSTANT_VARIATION
        if signs.at_ends is not None:
            still &= signs.at_ends < thresholds.SATURATED_VALUES
        same = np.flatnonzero(still)
        if not same.size or (not layer.parents and layer.looks_up):
            continue
        share = same.size / signs.channels
        if layer.role == "other" and share < thresholds.WHOLLY:
            continue
        if _inherited(model, layer, same):
            continue
        yield Finding(
            kind="constant",
            severity=_by_share(share, thresholds.CONSTANT_SEVERE, thresholds.CONSTANT_WARNING),
            layer=layer.path,
            view="outputs",
            channels=_named(same, layer),
            measured=Measurement(
                "variation between samples relative to magnitude, median of these channels",
                float(np.median(variation[same])),
            ),
            reference=None,
            samples=signs.samples,
            summary=f"{some_of(same.size, signs.channels, layer.noun).capitalize()} of "
            f"{layer.path} put out the same whatever the input ({percent(share)})."
            if same.size > 1 or signs.channels == 1
            else f"1 of {signs.channels:,} {layer.noun} of {layer.path} puts out the same "
            "whatever the input.",
            limits=_few_samples(signs.samples),
            cure="Look at its weights and at the layers before it: weights of 0 or a bias far "
            "larger than the inputs' share; lower the learning rate, or initialise anew.",
            source=_BEYOND,
            evidence=_evidence(
                "variation between samples, relative", variation[np.isfinite(variation)]
            ),
        )


def _variation(layer: LayerFacts) -> NDArray[np.float64]:
    """`variation.between_samples`, and 0 for channels that have underflowed on every sample."""
    signs = layer.outputs
    if not layer.underflows or (layer.output and _is_softmax(layer)):
        return signs.variation
    return np.where(signs.measures.dead, 0.0, signs.variation)


def _is_softmax(layer: LayerFacts) -> bool:
    return layer.activation == "softmax"


def _same_for_all(layer: LayerFacts) -> bool:
    """Whether a layer's output hardly varies between samples in any channel."""
    variation = _variation(layer)
    known = variation[np.isfinite(variation)]
    return known.size > 0 and float(known.max()) < thresholds.OUTPUT_VARIATION


def _collapsed(model: ModelFacts, layer: LayerFacts) -> Finding:
    """The finding that a model's output is the same for all samples."""
    signs = layer.outputs
    most = float(np.nanmax(_variation(layer), initial=0))
    return Finding(
        kind="constant",
        severity="note" if model.untrained else "severe",
        layer=layer.path,
        view="outputs",
        channels=(),
        measured=Measurement("largest variation between samples relative to magnitude", most),
        reference=None,
        samples=signs.samples,
        summary=f"The model puts out nearly the same for {samples(signs.samples)}: {layer.path} "
        f"varies by {percent(most)} of its magnitude.",
        limits=_few_samples(signs.samples),
        cure="Look at the layers before it for what is lost there; lower the learning rate, and "
        "with a GAN balance generator and discriminator, as its samples have collapsed into one."
        if model.makes_images
        else "Check that the inputs are scaled as in training and differ from one another, look "
        "for dead layers before it, then lower the learning rate.",
        source=_BEYOND,
        evidence=_of_histogram("value", signs),
    )


def saturated(model: ModelFacts) -> Iterator[Finding]:
    """Bounded activations at their ends for nearly all samples; beyond the paper.

    Measured: the share of channels with 95 % of their values within 1 % of the range from an end.
    The model's own output counts only where it is the same for all samples: a classifier may be
    sure, and black is an end of the range of images. Of a softmax output, classes that get exactly
    0 on every sample count.
    """
    for layer in model:
        signs = layer.outputs
        if layer.output and _is_softmax(layer):
            yield from _exploded_logits(layer)
            continue
        if signs.at_ends is None:
            continue
        stuck = signs.at_ends >= thresholds.SATURATED_VALUES
        if layer.output and not (stuck.all() and _same_for_all(layer)):
            continue
        channels = np.flatnonzero(stuck)
        share = channels.size / signs.channels
        values = float(signs.at_ends.mean())
        severity = _by_share(share, thresholds.SATURATED_SEVERE, thresholds.SATURATED_WARNING)
        if severity == "note" and values < 0.5:
            continue
        if severity == "note" and values >= thresholds.SATURATED_MOST:
            severity = "warning"
        yield Finding(
            kind="saturated",
            severity=severity,
            layer=layer.path,
            view="outputs",
            channels=_named(channels, layer),
            measured=Measurement("share of values at an end of the range", values, True),
            reference=None,
            samples=signs.samples,
            summary=f"{percent(values)} of what {layer.path} ({layer.activation}) puts out lies at "
            f"an end of its range, in {some_of(channels.size, signs.channels, layer.noun)} nearly "
            f"always.{f' It is nearly the same for {samples(signs.samples)}.' * layer.output}",
            limits=_few_samples(signs.samples),
            cure="Scale down what enters the activation: smaller initial weights, a lower "
            "learning rate or batch normalisation before it; or use one without ends (ReLU, ELU).",
            source=_BEYOND,
            evidence=_of_histogram("value", signs),
        )


def _exploded_logits(layer: LayerFacts) -> Iterator[Finding]:
    """Classes to which a softmax gives exactly 0 on every sample.

    float32 holds nothing below e^−103: their logits lie more than 100 below the largest, where
    those of a sure classifier lie 10 to 20 below.
    """
    signs = layer.outputs
    never = np.flatnonzero(signs.measures.dead)
    share = never.size / signs.channels
    if share < thresholds.SATURATED_WARNING or signs.samples < thresholds.DEAD_FEWEST_SAMPLES:
        return
    yield Finding(
        kind="saturated",
        severity="warning",
        layer=layer.path,
        view="outputs",
        channels=_named(never, layer),
        measured=Measurement("share of classes with probability exactly 0", share, True),
        reference=None,
        samples=signs.samples,
        summary=f"{layer.path} (softmax) gives {some_of(never.size, signs.channels, 'classes')} a "
        f"probability of exactly 0 on {samples(signs.samples)}: the logits have exploded, as "
        "theirs lie more than 100 below the largest.",
        limits=_few_samples(signs.samples),
        cure="Check that the inputs are scaled as in training; lower the learning rate, and hold "
        "the logits down by weight decay, label smoothing or normalisation before the last layer.",
        source=_BEYOND,
    )


def near_zero(model: ModelFacts) -> Iterator[Finding]:
    """Values that pile up near 0 [WL20 §1.3.2, Fig. 14].

    Measured in two ways. Beside the layer's own scale: `crowding.near_zero_share` of the living
    channels, in layers of high abstraction. Beside what it reads: `gain`. Both are held to the
    fresh layer.
    """
    for path in near_zero_suspects(model):
        layer = model.layers[path]
        signs, fresh = layer.outputs, model.fresh.get(path)
        own_gain = gain(model, layer)
        faint = own_gain < thresholds.GAIN_SUSPECT
        reference = None
        if fresh is not None:
            # What it reads may be as faint in the fresh network, too: magnitudes, not gains.
            ratio = signs.magnitude / fresh.magnitude if fresh.magnitude else math.inf
            more = signs.near_zero - fresh.near_zero
            if faint and ratio < thresholds.GAIN_OF_FRESH:
                reference = Comparison(f"{_FRESH} (effect: ratio)", fresh.magnitude, effect=ratio)
            elif crowded(layer) and more >= thresholds.NEAR_ZERO_OVER_FRESH:
                faint = False
                reference = Comparison(
                    f"{_FRESH} (effect: difference)", fresh.near_zero, effect=more
                )
            else:
                continue
        if faint:
            measured = Measurement("magnitude (root mean square) of the output", signs.magnitude)
            part = "" if layer.normalises else f", {percent(own_gain)} of what it reads"
            summary = (
                f"{path} puts out next to nothing: values of about {signs.magnitude:.2g}{part}."
            )
        else:
            measured = Measurement(
                "share of values under 1 % of the layer's large ones", signs.near_zero, True
            )
            summary = (
                f"{percent(signs.near_zero)} of what the living {layer.noun} of {path} put out "
                "lies next to 0."
            )
        yield Finding(
            kind="near-zero",
            severity="warning" if reference is not None else "note",
            layer=path,
            view="outputs",
            channels=(),
            measured=measured,
            reference=reference,
            samples=signs.samples,
            summary=summary,
            limits="" if reference is not None else _NO_REFERENCE,
            cure="Check the activation and the initial weights of this layer and of those before "
            "it, lower the learning rate or a penalty on weights or activity, or normalise "
            "before it."
            if faint
            else "Units are dying: check the activation of this layer and of those before it, "
            "and lower the learning rate or a penalty on activity.",
            source=_PAPER,
            evidence=_of_histogram("value", signs),
        )


def gain(model: ModelFacts, layer: LayerFacts) -> float:
    """Magnitude of a layer's output over the largest of what it reads: root mean squares.

    A normalisation has 1 for its measure, whatever it reads. NaN where nothing is known of what
    a layer reads.
    """
    if layer.normalises:
        return layer.outputs.magnitude
    read = [parent.outputs.magnitude for parent in model.parents(layer)]
    if not read:
        read = [model.input_magnitude]
    most = max(read)
    return layer.outputs.magnitude / most if most > 0 else math.nan


def crowded(layer: LayerFacts) -> bool:
    """Whether a layer of high abstraction has nearly all of its values next to 0."""
    return (
        not layer.low or len(layer.outputs.shape) == 2
    ) and layer.outputs.near_zero >= thresholds.NEAR_ZERO_SHARE


def near_zero_suspects(model: ModelFacts) -> list[str]:
    """The layers whose values are small enough to ask how the fresh ones lie."""
    return [
        layer.path
        for layer in model
        if layer.role != "other"
        and layer.outputs.measures.dead_share < thresholds.WHOLLY
        and (
            (not layer.output and crowded(layer))
            or (layer.activation != "softmax" and gain(model, layer) < thresholds.GAIN_SUSPECT)
        )
    ]


def uniform(model: ModelFacts) -> Iterator[Finding]:
    """Maps of low abstraction that are all alike [WL20 §1.3.2]: forks mostly near 0.

    Measured: the median fork height of the living channels, beside that of the fresh layer.
    """
    for path in uniform_suspects(model):
        layer = model.layers[path]
        signs, fresh = layer.outputs, model.fresh.get(path)
        assert signs.merges is not None
        reference = None
        if fresh is not None and fresh.merges is not None:
            ratio = signs.merges.median / max(fresh.merges.median, 1e-12)
            surely = signs.merges.median < thresholds.UNIFORM_SURELY
            # An untrained layer is a fresh one itself: it may lie below another by chance.
            usual = ratio > thresholds.UNIFORM_OF_FRESH or model.untrained
            if usual and not surely:
                continue
            reference = Comparison(
                f"{_FRESH} (effect: ratio)",
                fresh.merges.median,
                percentile=100 * float(np.mean(fresh.merges.heights < signs.merges.median)),
                effect=ratio,
            )
        centred = signs.centred_merges
        offset = centred is not None and centred.median >= thresholds.UNIFORM_CENTRED
        limits = "" if reference is not None else _NO_REFERENCE
        if offset and centred is not None:
            limits = (
                f"{limits} About their means they differ (median {centred.median:.2g}): they share "
                "an offset more than a picture, which normalisation takes away."
            ).strip()
        yield Finding(
            kind="uniform",
            severity="note" if reference is None else "warning",
            layer=path,
            view="outputs",
            channels=(),
            measured=Measurement("median fork height (cosine distance)", signs.merges.median),
            reference=reference,
            samples=signs.samples,
            summary=f"The maps of {path} are much alike: half of its {layer.noun} join at a cosine "
            f"distance of {signs.merges.median:.3g} or less.",
            limits=limits,
            cure="Change how the layer extracts features, for example add batch normalisation.",
            source=_PAPER,
            evidence=_fork_evidence(signs.merges, fresh.merges if fresh else None),
        )


def uniform_suspects(model: ModelFacts) -> list[str]:
    """The layers of low abstraction whose forks are low enough to ask for the fresh ones."""
    return [
        layer.path
        for layer in model
        if layer.low
        and not layer.output
        and layer.role != "other"
        and not _goes_on(model, layer)
        and layer.outputs.merges is not None
        and layer.outputs.merges.median < thresholds.UNIFORM_MEDIAN
    ]


def _goes_on(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether a layer's normalisation or activation is still to come: what it yields is no feature
    yet, and an offset that the next takes away makes its maps alike."""
    return any(
        layer.path in other.parents and (other.role == "activation" or other.channelwise)
        for other in model
    )


def unlike_input(model: ModelFacts) -> Iterator[Finding]:
    """Maps of low abstraction that have lost the image [WL20 §1.3.2].

    Measured: `resemblance.readable_share`, beside that of the fresh layer.
    """
    for path in unlike_suspects(model):
        layer = model.layers[path]
        fresh = model.fresh_readable.get(path, math.nan)
        reference = None
        if not math.isnan(fresh):
            reference = Comparison(
                f"{_FRESH} (effect: ratio)", fresh, effect=layer.readable / max(fresh, 1e-12)
            )
        yield Finding(
            kind="unlike-input",
            severity="warning",
            layer=path,
            view="outputs",
            channels=(),
            measured=Measurement(
                "share of the image's variance that its maps predict (held-out R²)",
                layer.readable,
                True,
            ),
            reference=reference,
            samples=layer.outputs.samples,
            summary=f"The maps of {path} have lost the image: only {percent(layer.readable)} of "
            "its variance can be read off them.",
            limits=_few_samples(layer.outputs.samples),
            cure="Give the layer more capacity: more channels, a smaller stride or kernel.",
            source=_PAPER,
        )


def unlike_suspects(model: ModelFacts) -> list[str]:
    """The layers nearest an image off which little of it can be read; of untrained ones none."""
    if model.untrained:
        return []
    return [
        layer.path
        for layer in model
        if layer.readable < thresholds.UNLIKE_SHARE and not layer.output
    ]


_NO_REFERENCE = "There was no freshly initialised reference to compare with."


def _inherited(model: ModelFacts, layer: LayerFacts, channels: np.ndarray) -> bool:
    """Whether these channels say nothing in the layer before either, channel by channel.

    Normalisation makes a dead channel constant, an activation keeps it as it is; so do the
    layers that hand on, whatever they change of the shape.
    """
    if layer.role == "weights" and not layer.channelwise:
        return False
    parents = model.parents(layer)
    for parent in parents:
        signs = parent.outputs
        mute = signs.measures.dead | (signs.variation < thresholds.CONSTANT_VARIATION)
        if signs.channels == layer.outputs.channels:
            if mute[channels].all():
                return True
        elif layer.role == "other" and mute.mean() >= thresholds.WHOLLY:
            return True
    return False


def _named(channels: np.ndarray, layer: LayerFacts) -> tuple[int, ...]:
    """The channels as a finding names them: () for all."""
    if channels.size == layer.outputs.channels and channels.size > 1:
        return ()
    return tuple(int(k) for k in channels)


def _by_share(share: float, severe: float, warning: float) -> Severity:
    return "severe" if share >= severe else "warning" if share >= warning else "note"


def _few_samples(count: int) -> str:
    if count >= 16:
        return ""
    return f"{count} sample{'s are' if count != 1 else ' is'} few: look again with 32 or more."


def _firing(signs: OutputMeasures) -> Evidence | None:
    assert signs.fires is not None
    edges, shares = histogram(signs.fires / signs.samples)
    return Evidence("share of samples a unit fires on", edges, shares) if shares else None


def _evidence(label: str, values: np.ndarray) -> Evidence | None:
    edges, shares = histogram(values)
    return Evidence(label, edges, shares) if shares else None


def _of_histogram(label: str, signs: OutputMeasures) -> Evidence | None:
    edges, shares = signs.histogram
    if not shares:
        return None
    return Evidence(label, edges, shares)


def _fork_evidence(own: Merges, reference: Merges | None) -> Evidence:
    label = "fork height (cosine distance)"
    if reference is None:
        edges, shares = histogram(own.heights)
        return Evidence(label, edges, shares)
    both = np.concatenate((own.heights, reference.heights))
    edges, _ = histogram(both)
    if len(edges) < 3:
        return Evidence(label, edges, (1.0,), (1.0,))
    first = np.histogram(own.heights, edges)[0] / own.heights.size
    second = np.histogram(reference.heights, edges)[0] / reference.heights.size
    return Evidence(label, edges, tuple(first.tolist()), tuple(second.tolist()))
