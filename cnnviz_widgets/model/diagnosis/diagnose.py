"""What is wrong with a live model, on what evidence, and the cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...diagnosis.facts import ModelFacts
from ...diagnosis.findings import Finding, Skipped
from ...diagnosis.judge import judge
from ...diagnosis.phrases import listed, samples
from ...diagnosis.report import Report
from ...diagnosis.signs.training.no_better_than_constant import told
from ...records.survey.survey import Survey
from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import mapping, optional_function
from ...validation.scalars import flag, whole_number
from ...validation.texts import texts
from ..experiments.losses import checked_loss, some_targets_of
from ..layers.unseen import in_words
from ..reading.probe import ModelProbe
from ..survey.fit import check_survey
from .data.inputs_and_targets import with_inputs_and_targets
from .head import with_head
from .measured import STEPS_FROM, Measured, measure
from .question import Question
from .signal import with_signal
from .subject import Progress, Subject, part_of
from .training_record import logs_by_epoch, with_training_record
from .trials import with_trials

_BUDGET = 64 * 2**20
"""Bytes of layer outputs held at once when the probe is the diagnosis' own."""

STEPS = (
    (
        with_inputs_and_targets,
        STEPS_FROM,
        "answers, and known repairs of the inputs",
    ),
    (with_head, 0.85, "the last activations beside the loss"),
    (with_signal, 0.86, "the signal over depth"),
    (with_training_record, 0.9, "what was kept of the training"),
    (with_trials, 0.92, "trials of what is suspicious"),
)
"""What is done behind the first pass, from which share of the whole on, and in what words. In this
order, as later ones read what earlier ones have measured."""

_TRACELESS = (
    "Whether the model was trained cannot be told: its weights are distributed as freshly "
    "drawn ones, and none of them, such as a bias, began at a known number. Signs that only "
    "training can cure are not judged."
)


@checked_keywords
@np.errstate(all="ignore")  # what overflows is measured as non-finite, and told in the report
def diagnose(
    model_or_probe: Any,
    inputs: Any = None,
    *,
    targets: ArrayLike | None = None,
    loss: Any = None,
    reference: bool = True,
    earlier: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
    history: Any = None,
    class_names: Sequence[str] = (),
    survey: Survey | None = None,
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
    history : keras.callbacks.History, History or mapping of str to sequence of float, optional
        Losses of the training by epoch, ``loss`` and ``val_loss``, by which `memorised` is told.
        Default: what the model keeps of its last ``fit``.
    class_names : sequence of str, optional
        What the channels of the model's output stand for: the report calls them so.
    survey : Survey, optional
        Of the model as it is now, on many samples: dead and not finite channels, ranges, means and
        spreads of the layers that it has are told by it, all else by the inputs.
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
        targets than samples, no such loss, or a loss without targets; a survey of other layers or
        weights.
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
    names = tuple(texts("class_names", class_names))
    question = Question(targets, loss, earlier or {}, reference, history, names, survey)
    _check(question, probe)

    def tell(share: float, message: str) -> None:
        if progress is not None:
            progress(share, f"diagnosis: {message}")

    interrupts = interrupts_kept()
    with surely(interrupts), interrupts, probe.steady():
        subject = Subject.of(probe, seed, tell)
        measured = measure(subject, question)
        ends = [*(start for _, start, _ in STEPS[1:]), 1.0]
        for (step, start, what), end in zip(STEPS, ends, strict=True):
            tell(start, what)
            part = replace(subject, progress=part_of(tell, start, end))
            measured = step(part, measured, question)
        report = _report(subject, measured, survey)
        tell(1.0, "done")
        return report


def _check(question: Question, probe: ModelProbe) -> None:
    """Refuse what is no answer to what is asked for; before the model runs."""
    targets, loss = question.targets, question.loss
    if isinstance(loss, (list, tuple, Mapping)):
        raise TypeError(f"loss must be one loss; got {described(loss)}")
    checked_loss(loss, targets)
    if targets is not None:
        some_targets_of(probe.model, targets, probe.samples)
    if question.history is not None:
        logs_by_epoch(question.history)
    if question.survey is not None:
        check_survey(question.survey, probe)
    for path, weights in mapping("earlier", question.earlier, "a path to weights").items():
        mapping(f"earlier[{path!r}]", weights, "a weight's name to its values")


def _report(subject: Subject, measured: Measured, survey: Survey | None) -> Report:
    probe, facts = subject.probe, measured.facts
    return Report(
        findings=tuple(_with_names(finding, facts) for finding in judge(facts)),
        model=str(probe.model.name),
        layers=len(subject.infos),
        samples=probe.samples,
        notes=tuple(_notes(facts, survey)),
        skipped=(*measured.skipped, *_not_judged(subject, facts)),
    )


def _with_names(finding: Finding, facts: ModelFacts) -> Finding:
    """With what its channels are called, where they stand for classes."""
    names = facts.names_of(finding.layer) if finding.view == "outputs" else ()
    if not names:
        return finding
    return replace(finding, channel_names=tuple(names[channel] for channel in finding.channels))


def _notes(facts: ModelFacts, survey: Survey | None) -> Iterator[str]:
    if facts.traceless and not facts.untrained:
        yield _TRACELESS
    if facts.answers is not None:
        yield f"{told(facts.answers, facts)}."
    if survey is not None:
        count = sum(path in survey.layers for path in facts.layers)
        yield (
            f"Dead and not finite channels, ranges and spreads of {count:,} of "
            f"{len(facts.layers):,} layers rest on a survey of {samples(survey.samples)}."
        )


def _not_judged(subject: Subject, facts: ModelFacts) -> Iterator[Skipped]:
    """What this model and these samples leave open by their kind."""
    for where, why in in_words(subject.probe.unseen):
        yield Skipped(f"values inside {where}", why)
    unknown = [layer.path for layer in facts if layer.movement and not layer.movement.known]
    if unknown and not facts.untrained:
        yield Skipped(
            f"frozen: {listed(unknown)}",
            "nothing in them began at a known value; give weights of an earlier moment (earlier=…)",
        )
    if facts.samples < 2:
        yield Skipped("constant", "one sample cannot show what depends on the input: give 32")
    elif not facts.inputs_vary:
        yield Skipped("constant", "all samples are the same: give others")
    if not subject.probe.image_ends:
        yield Skipped("unlike-input", "the model has no image at its input or output")
    if not any(info.weight_shapes for info in subject.infos.values()):
        yield Skipped("signs of parameters", "the model has no weights")
