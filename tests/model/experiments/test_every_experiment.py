"""Whatever is tried on a model, the model does not notice."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from cnnviz_widgets.model import (
    ModelProbe,
    ablate,
    ascend,
    diagnose,
    fresh_probe,
    layer_coherence,
    map_network,
    model_lock,
    occlude,
    project_back,
    projective_field,
    prune,
    redundant,
    strongest,
)
from cnnviz_widgets.model.experiments.channel.partial_pass import WORTH_A_TRACE, PartialPass
from cnnviz_widgets.model.experiments.channel.projecting.projector import Projector
from cnnviz_widgets.model.experiments.channel.tapped_pass import TappedPass
from cnnviz_widgets.model.experiments.exchanged_pass import run_exchanged
from cnnviz_widgets.model.experiments.gradients import relative_gradients
from cnnviz_widgets.model.experiments.model_comparison import LiveSide, ModelComparison
from cnnviz_widgets.model.experiments.penalties import penalties
from cnnviz_widgets.model.experiments.weight_trials import Trials
from cnnviz_widgets.model.map.ablating.copies import Window
from cnnviz_widgets.model.map.ablating.merged_twins import merged_twins
from cnnviz_widgets.model.map.ablating.one_by_one import one_by_one
from cnnviz_widgets.model.map.ablating.side_by_side import run_eagerly
from cnnviz_widgets.model.map.ablating.slots import Joints, Slots
from cnnviz_widgets.model.map.ablating.traced_copies import TracedCopies
from cnnviz_widgets.model.map.effects import channel_effects, group_effects
from cnnviz_widgets.model.map.facets.map_findings import map_findings
from cnnviz_widgets.model.map.mean_weights import mean_weights
from cnnviz_widgets.model.map.silenced_blocks import silenced_blocks
from cnnviz_widgets.model.reading.probe import reader_of
from cnnviz_widgets.records.map.station import Station
from cnnviz_widgets.runtime.progress import no_progress

from ..check_untouched import Experiment, check_untouched

# Into a generator that is being thrown away Python lets no interrupt out, but tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def silence(probe: ModelProbe) -> None:
    ablate(probe, "conv", [0], targets=np.zeros((2, 2)), loss="mse")


def draw_a_reference(probe: ModelProbe) -> None:
    fresh_probe(probe, ["conv"]).outputs("conv")


def try_without(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        trials = Trials(probe, np.zeros((2, 2)), "mse")
        trials.in_random_order("conv", "kernel")
        trials.silenced("conv", [1])


def diagnosis(probe: ModelProbe) -> None:
    diagnose(probe, targets=np.zeros((2, 2)))


def pull_back(probe: ModelProbe) -> None:
    relative_gradients(probe, np.zeros((2, 2)), loss="mse")


def comparison(probe: ModelProbe) -> None:
    sides = LiveSide(probe, "a"), LiveSide(probe.some(1), "b")
    ModelComparison(*sides).changes()


def look_for_the_strongest(probe: ModelProbe) -> None:
    strongest(probe, "conv", count=1).patch(0, 0)  # at its receptive field
    layer_coherence(probe, "conv", count=2, directions=2)


def tapped_body(tapped: TappedPass, images: Any) -> Any:
    return tapped.gradient(lambda given: tapped.tap([given]).driving, images)


def tap(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        reader_of(probe).description().traces.clear()
        tapped = TappedPass(probe, "dense")
        tapped.function("case", tapped_body, tf.TensorSpec((None, 4, 4, 1)))(probe.inputs)


def climb(probe: ModelProbe) -> None:
    ascend(probe, "conv", [0], steps=3)


def lead_back(probe: ModelProbe) -> None:
    values = probe.outputs("conv")[0]
    y, x, channel = (int(each) for each in np.argwhere(values)[0])
    rule: Any = "plain" if probe.model.run_eagerly else "guided"
    project_back(probe, "conv", channel, 0, place=(y, x), rule=rule, fresh=False)


def lead_back_traced(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        reader_of(probe).description().traces.clear()
        tapped = TappedPass(probe, "dense")
        projector = Projector.of(tapped, "deconv" if tapped.is_traced else "plain")
        projector.led_back(tapped.given, 0, np.array([1]), None)


def paint(probe: ModelProbe) -> None:
    projective_field(probe, "conv", 1, how="mean")


def alike_channels(probe: ModelProbe) -> None:
    redundant(probe, "conv", shift=0, fresh=False)


def take_out(probe: ModelProbe) -> None:
    rehearsal = prune(probe, "conv", [0])
    if rehearsal.why_not is None:
        rehearsal.smaller_model()


def cover(probe: ModelProbe) -> None:
    occlude(probe, 0, path="conv", channel=1, target=0, size=3, fill="mean")


def cover_traced(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        reader_of(probe).description().traces.clear()
        tapped = PartialPass(probe, "conv", samples=WORTH_A_TRACE)
        tapped.layer(probe.inputs)
        tapped.both(probe.inputs)


def stream(probe: ModelProbe) -> None:
    probe.memory_budget = 0
    probe.stream(lambda info, array: array.sum())


STATIONS = (
    Station("conv", 2, "Conv2D", (None, 2, 2, 2)),
    Station("dense", 2, "Dense", (None, 2), parents=("conv",)),
)
GROUPS = {path: np.zeros(2, int) for path in ("conv", "dense")}


def silence_groups(probe: ModelProbe) -> None:
    group_effects(probe, STATIONS, GROUPS)
    channel_effects(probe, STATIONS, GROUPS, "conv", 1)


def joints_of(probe: ModelProbe) -> Joints:
    return Joints.of(STATIONS, reader_of(probe).description().infos)


def silence_groups_traced(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        reader_of(probe).description().traces.clear()
        joints, window = joints_of(probe), Window(0, 1, 1)
        copies = np.concatenate([probe.inputs] * window.copies)
        TracedCopies(probe, joints)([copies], Slots.of(joints, GROUPS), window)


def silence_groups_one_by_one(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        joints = joints_of(probe)
        one_by_one(probe, joints, Slots.of(joints, GROUPS), no_progress)


def silence_groups_eagerly(probe: ModelProbe) -> None:
    with model_lock(probe.model):
        joints, window = joints_of(probe), Window(0, 1, 1)
        copies = np.concatenate([probe.inputs] * window.copies)
        run_eagerly(probe, joints, [copies], Slots.of(joints, GROUPS), window)
    silenced_blocks(probe, STATIONS, targets=np.zeros((2, 2)), loss="mse")
    mean_weights(probe, STATIONS, GROUPS)


def map_it(probe: ModelProbe) -> None:
    map_network(probe, labels=[0, 1], effects=False, groups=1)


def question_its_architecture(probe: ModelProbe) -> None:
    labels = np.arange(probe.samples)
    map_findings(probe, STATIONS, labels=labels, targets=np.zeros((2, 2)), loss="mse")
    path = STATIONS[0].path
    run_exchanged(probe, {path: merged_twins([(0, 1)])})


class Case(NamedTuple):
    """An experiment, and the files that it is written in."""

    experiment: Experiment
    files: tuple[str, ...]


CASES = {
    "ablate": Case(
        silence,
        (
            "model/experiments/ablation.py",
            "model/experiments/changed_outputs.py",
            "model/experiments/exchanged_pass.py",
            "model/experiments/losses.py",
        ),
    ),
    "trials": Case(
        try_without,
        ("model/experiments/weight_trials.py", "model/experiments/exchanged_pass.py"),
    ),
    "fresh_probe": Case(
        draw_a_reference,
        ("model/experiments/fresh_model.py", "model/experiments/rebuilding.py"),
    ),
    "relative_gradients": Case(
        pull_back,
        ("model/experiments/gradients.py", "model/experiments/losses.py"),
    ),
    "diagnose": Case(
        diagnosis, ("model/diagnosis/diagnose.py", "model/diagnosis/data/inputs_and_targets.py")
    ),
    "penalties": Case(penalties, ("model/experiments/penalties.py",)),
    "compare": Case(comparison, ("model/experiments/model_comparison.py",)),
    "strongest": Case(look_for_the_strongest, ("model/experiments/channel/strongest.py",)),
    "tap": Case(
        tap,
        (
            "model/experiments/channel/tapped_pass.py",
            "model/experiments/channel/pass_function.py",
            "model/reading/model_reader.py",
        ),
    ),
    "ascend": Case(
        climb,
        (
            "model/experiments/channel/ascent.py",
            "model/experiments/channel/ascending/search.py",
            "model/experiments/channel/ascending/climber.py",
            "model/experiments/channel/ascending/parameters.py",
            "model/experiments/channel/ascending/natural.py",
        ),
    ),
    "projective_field": Case(
        paint,
        ("model/experiments/channel/painting/projective_field.py",),
    ),
    "project_back": Case(
        lead_back,
        ("model/experiments/channel/back_projection.py",),
    ),
    "projector": Case(
        lead_back_traced,
        tuple(
            f"model/experiments/channel/projecting/{name}.py"
            for name in ("projector", "backward_rules")
        ),
    ),
    "redundant": Case(
        alike_channels,
        ("model/experiments/channel/redundancy.py",),
    ),
    "prune": Case(
        take_out,
        tuple(
            f"model/experiments/channel/pruning/{name}.py" for name in ("prune", "smaller_model")
        ),
    ),
    "occlude": Case(
        cover,
        tuple(f"model/experiments/channel/{name}.py" for name in ("occlusion", "partial_pass")),
    ),
    "partial pass": Case(
        cover_traced,
        (
            "model/experiments/channel/partial_function.py",
            "model/experiments/channel/partial_pass.py",
        ),
    ),
    "group effects": Case(
        silence_groups,
        (
            "model/map/effects.py",
            "model/map/ablating/side_by_side.py",
        ),
    ),
    "traced copies": Case(silence_groups_traced, ("model/map/ablating/traced_copies.py",)),
    "map": Case(
        map_it,
        tuple(f"model/map/{name}.py" for name in ("network_map", "profiles", "stations")),
    ),
    "one by one": Case(silence_groups_one_by_one, ("model/map/ablating/one_by_one.py",)),
    "copies and blocks": Case(
        silence_groups_eagerly,
        (
            "model/map/ablating/copies.py",
            "model/map/silenced_blocks.py",
            "model/map/mean_weights.py",
        ),
    ),
    "map findings": Case(
        question_its_architecture,
        ("model/map/facets/map_findings.py", "model/map/ablating/merged_twins.py"),
    ),
    "stream": Case(stream, ("model/reading/model_reader.py", "model/reading/probe.py")),
}


@pytest.mark.parametrize("name", CASES)
def test_an_experiment_leaves_all_as_it_was(name: str) -> None:
    check_untouched(*CASES[name])
