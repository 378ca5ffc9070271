"""Decisive trials: the model without what is under suspicion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from textwrap import shorten

import numpy as np

from ...diagnosis.facts import ModelFacts
from ...diagnosis.findings import Skipped
from ...diagnosis.measurements.training.trials import Trial
from ...diagnosis.phrases import listed
from ...diagnosis.signs.by_answers import solves
from ...diagnosis.signs.lookup import signs
from ..experiments.changed_outputs import values_of
from ..experiments.exchanged_pass import run_exchanged
from ..experiments.losses import Array
from ..experiments.weight_trials import CannotExchange, Trials
from ..reading.call_recorder import ModelCallError
from .bare_pass import BarePass
from .measured import Measured
from .question import Question
from .subject import Subject

MOST_TRIED = 4
"""Layers whose channels are thinned, and weights that are tried: each costs a pass, an accused
network has one to three, and what holds for the worst holds for the others."""

DRAWS = 3
"""Random orders that a weight of an unsolved model is tried in: random numbers are the best of four
orders in one case of four, what was learnt always is. A model that solves its task has no room for
a weight that is random and matters."""

FEWER = 4
"""Without targets one of so many samples is tried, `LEAST` of them at least: whether outputs change
at all shows on few of them, and each trial is to cost less than a pass."""

LEAST = 2
"""Samples."""

LONGEST_REASON = 300
"""Characters: some errors of TensorFlow list all values."""

Accused = tuple[str, str]


def with_trials(subject: Subject, measured: Measured, question: Question) -> Measured:
    """What was measured, with the decisive trials of what is accused."""
    facts = measured.facts
    accused = [
        (path, weight)
        for sign in signs()
        for path, weight in sign.on_trial(facts)
        if weight or _share_of_living(subject, facts, path)
    ]
    if question.targets is None:
        # Outputs alone do not tell whether a weight has learnt: it stays a note.
        accused = [(path, weight) for path, weight in accused if not weight]
    if not accused or facts.untrained or facts.nonfinite_inputs:
        return measured
    skipped: list[Skipped] = []
    trials = _trials(subject, measured.bare, question, skipped)
    if trials is None:
        return measured.but(facts, skipped)
    thinned: dict[str, Trial] = {}
    without: dict[Accused, Trial] = {}
    tried = _worst(accused, skipped)
    for number, (path, weight) in enumerate(tried):
        what = f"a trial without {weight or 'channels'} of {path}"
        subject.progress(number / len(tried), what)
        try:
            if weight:
                without[path, weight] = _in_random_order(trials, facts, path, weight)
            else:
                thinned[path] = trials.silenced(path, _share_of_living(subject, facts, path))
        except (CannotExchange, ModelCallError) as error:
            skipped.append(Skipped(what, shorten(str(error), LONGEST_REASON)))
    return measured.but(replace(facts, thinned=thinned, without_weight=without), skipped)


def _trials(
    subject: Subject, bare: BarePass, question: Question, skipped: list[Skipped]
) -> Trials | None:
    """Trials by loss, where there are targets that fit, else by outputs alone.

    None where the outputs are not finite, which is told as such: no change would show.
    """
    probe, seed = subject.probe, subject.seed
    few = max(LEAST, probe.samples // FEWER)
    if question.targets is None and few < probe.samples:
        probe = probe.some(few)
    try:
        outputs = bare.outputs if probe is subject.probe else run_exchanged(probe)
        if not all(np.isfinite(each).all() for each in values_of(outputs)):
            return None
        try:
            return Trials(probe, _targets(bare), question.loss, outputs=outputs, seed=seed)
        except ModelCallError:
            raise
        except ValueError as error:
            skipped.append(Skipped("trials by the loss", shorten(str(error), LONGEST_REASON)))
            return Trials(probe, outputs=outputs, seed=seed)
    except ModelCallError as error:
        skipped.append(Skipped("trials of what is suspicious", shorten(str(error), LONGEST_REASON)))
        return None


def _targets(bare: BarePass) -> list[Array] | None:
    """Targets that are those of the samples; what is wrong with others is told elsewhere."""
    try:
        return bare.targets
    except (TypeError, ValueError):
        return None


def _worst(accused: Sequence[Accused], skipped: list[Skipped]) -> list[Accused]:
    """The first few layers and the first few weights; of the others it is said."""
    tried = []
    for sort in (
        [each for each in accused if not each[1]],
        list(dict.fromkeys(each for each in accused if each[1])),
    ):
        tried += sort[:MOST_TRIED]
        if len(sort) > MOST_TRIED:
            left = [f"{path} {weight}".strip() for path, weight in sort[MOST_TRIED:]]
            skipped.append(
                Skipped(
                    f"trials of {listed(left)}",
                    f"each costs a pass, and the {MOST_TRIED} worst were tried",
                )
            )
    return tried


def _in_random_order(trials: Trials, facts: ModelFacts, path: str, weight: str) -> Trial:
    """The first random order that does no harm, or the last of several that all do."""
    trial = trials.in_random_order(path, weight)
    draws = 1 if solves(facts) else DRAWS
    for draw in range(1, draws):
        if trial.outcome != "worse":
            break
        trial = trials.in_random_order(path, weight, draw)
    return trial


def _share_of_living(subject: Subject, facts: ModelFacts, path: str) -> list[int]:
    """As large a share of a layer's living channels as is dead, at random; one is left at least.

    [] where there is but one, or none: of a shared layer others may live in another call.
    """
    outputs = facts.layers[path].outputs
    living = np.flatnonzero(~outputs.measures.dead)
    if living.size < 2:
        return []
    count = math.ceil(living.size * (1 - living.size / outputs.channels))
    rng = np.random.default_rng(subject.seed)
    chosen = rng.choice(living, min(count, living.size - 1), replace=False)
    return sorted(chosen.tolist())
