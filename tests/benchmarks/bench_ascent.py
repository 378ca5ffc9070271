"""What excites a channel most: how far it is reached, at what cost, and how a film of it holds.

Three small networks, trained here on the shipped images: convolutions with built-in rectifiers;
shortcuts, with normalisations before the rectifiers; and faces in colour, with normalisations
behind them. Reach is the activation over that of the best of 512 inputs that the network was not
trained on. Costs are processor time, by turns.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from cnnviz_widgets.model import ModelProbe, ascend
from cnnviz_widgets.model.experiments.channel.ascending.climber import Climb, Climber
from cnnviz_widgets.model.experiments.channel.ascending.parameters import parameters_of
from cnnviz_widgets.model.experiments.channel.tapped_pass import TappedPass
from cnnviz_widgets.records.channel.ascent import Ascent

from .ascent.methods import bare_step, keras_blog, tf_keras_vis
from .ascent.networks import NAMES, Network, epochs
from .table import Row
from .zoo.data import Array

EPOCHS = 4
BATCH = 8
STEPS, WARM, COLD = 64, 8, 128
FILMED = 16
ROUNDS, TRACES = 7, 3


def rows() -> list[Row]:
    """The rows of the table."""
    networks: dict[str, Network] = {}
    films: list[tuple[float, float, float]] = []
    for name in NAMES:
        film = Film()
        for network in epochs(name, EPOCHS):
            film.goes_on(network)
        networks[name] = network
        films += film.moments
    found = {
        (name, path): (network, ascend(ModelProbe(network.model, network.inputs), path))
        for name, network in networks.items()
        for path in network.layers
    }
    return [
        *_cost_rows(networks),
        *_reach_rows(found),
        *_blank_rows(found),
        *_film_rows(films),
        _peer_row(networks["plain"]),
    ]


def _alive(ascent: Ascent) -> Array:
    return np.asarray(ascent.best > ascent.rest)


# Reach ------------------------------------------------------------------------------------------


def _reach_rows(found: dict[tuple[str, str], tuple[Network, Ascent]]) -> list[Row]:
    rows = []
    for name in NAMES:
        of_it = [ascent for (network, _), (_, ascent) in found.items() if network == name]
        reach = [float(np.median(each.reach[_alive(each)])) for each in of_it]
        robust = [float(np.median(each.robust_reach[_alive(each)])) for each in of_it]
        note = "; ".join(
            f"{each.path} {plain:.2f}, moved {moved:.2f}"
            for each, plain, moved in zip(of_it, reach, robust, strict=True)
        )
        rows.append(
            Row(
                f"median reach of living channels, {name}, least of its layers",
                "the best of 512 inputs",
                f"{min(reach):.2f}, moved {min(robust):.2f}",
                "≥ 1.0, moved ≥ 0.9",
                min(reach) >= 1 and min(robust) >= 0.9,
                f"{STEPS} steps from grey; {note}",
            )
        )
    return rows


def _blank_rows(found: dict[tuple[str, str], tuple[Network, Ascent]]) -> list[Row]:
    alive = blank = blog = unread = 0
    reaches: list[float] = []
    for network, ascent in found.values():
        living = _alive(ascent)
        state = np.array(ascent.state)
        alive += int(living.sum())
        blank += int((living & (state != "reached")).sum())
        unread += int((living & ~ascent.believed).sum())
        theirs = keras_blog(network.model, ascent.path, network.inputs, ascent.channels)
        blog += int((living & theirs.blank).sum())
        outputs = np.asarray(ModelProbe(network.model, theirs.images).outputs(ascent.path))
        values = outputs.max((1, 2))[np.arange(len(ascent)), ascent.channels]
        share = (values - ascent.rest) / np.where(living, ascent.best - ascent.rest, 1)
        reaches += share[living].tolist()
    return [
        Row(
            "blank pictures, of channels that fire on natural images",
            "the Keras blog's method",
            f"{blank / alive:.1%}",
            "≤ 2 %",
            blank / alive <= 0.02,
            f"{blank} of {alive}, the blog's {blog} ({blog / alive:.1%}), whose median reach is "
            f"{np.median(reaches):.2f}; {unread} below a reach of 0.5 are not to be read",
        )
    ]


# Cost -------------------------------------------------------------------------------------------


def _cost_rows(networks: dict[str, Network]) -> list[Row]:
    plain, redirected, notes = [], [], []
    for name, path in (("plain", "conv3"), ("plain", "conv5"), ("residual", "relu3")):
        network = networks[name]
        probe = ModelProbe(network.model, network.inputs)
        channels = np.flatnonzero(probe.outputs(path).max((0, 1, 2)) > 1)[:BATCH]
        works = [
            [bare_step(network.model, path, network.inputs, channels) for _ in range(TRACES)],
            [_climbing(network, path, channels, False) for _ in range(TRACES)],
            [_climbing(network, path, channels, True) for _ in range(TRACES)],
        ]
        times = _by_turns(works)
        plain.append(times[1] / STEPS / times[0])
        redirected.append(times[2] / STEPS / times[0])
        notes.append(f"{name} {path} {plain[-1]:.2f}× and {redirected[-1]:.2f}×")
    note = f"batch of {BATCH}, with jitter and Adam, best of {TRACES} traces; {'; '.join(notes)}"
    against = "forward and backward of the same batch to that layer"
    return [
        Row(
            "ascent, a step, median of 3 layers",
            against,
            f"{np.median(plain):.2f}×",
            "≤ 1.3×",
            bool(np.median(plain) <= 1.3),
            note,
        ),
        Row(
            "the same with redirected rectifiers",
            against,
            f"{np.median(redirected):.2f}×",
            "≤ 1.6×",
            bool(np.median(redirected) <= 1.6),
            "as above",
        ),
    ]


def _climbing(network: Network, path: str, channels: Array, with_rules: bool) -> Callable[[], Any]:
    """All steps for a batch of channels from inputs, in the calls that a search makes."""
    probe = ModelProbe(network.model, network.inputs[:BATCH])
    parameters = parameters_of(probe.inputs, is_noise=False, channels_first=False)
    climber = Climber(TappedPass(probe, path), parameters, everywhere=False, sign=1)
    z = parameters.of(probe.inputs)
    draws = np.random.default_rng(0).uniform(-1, 1, (BATCH, STEPS, 3)).astype("float32")
    spread = np.ones(BATCH, "float32")
    with probe.steady():
        function = climber._stepping(with_rules)

    def climb() -> None:
        climb = Climb.begun(z)
        # A row that is shut goes along: all take a step as long as one does.
        while (before := climb.taken.max()) < STEPS:
            found = function(
                *(climb.z, climb.mean, climb.square, climb.taken),
                *(channels, spread, draws, np.float32(0.2), np.int32(8)),
            )
            climb.put(np.arange(BATCH), found[:4])
            if climb.taken.max() == before:
                raise RuntimeError(f"all channels of {path} are shut: they cannot be timed")

    return climb


def _by_turns(works: list[list[Callable[[], Any]]]) -> list[float]:
    """The least processor seconds of each, which is traced several times, by turns.

    One and the same function was seen to take a quarter longer in one trace than in the next; why
    was not found out. The first is short, and is a mean over many.
    """
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for number, (traces, each) in enumerate(zip(works, seconds, strict=True)):
            repeat = 1 if number else STEPS
            for work in traces:
                begun = time.process_time()
                for _ in range(repeat):
                    work()
                each.append((time.process_time() - begun) / repeat)
    return [min(each) for each in seconds]


# The film ---------------------------------------------------------------------------------------


class Film:
    """What some channels of a network's second layer look for, after each epoch.

    Attributes
    ----------
    moments : list of (float, float, float)
        Reach of warm over cold starts, and how far the picture moved, warm and cold.
    """

    def __init__(self) -> None:
        self.moments: list[tuple[float, float, float]] = []
        self._probe: ModelProbe | None = None
        self._warm: Ascent | None = None
        self._cold: Ascent | None = None

    def goes_on(self, network: Network) -> None:
        """An epoch has ended."""
        if self._probe is None:
            self._probe = ModelProbe(network.model, network.inputs)
        path, channels = network.layers[-1], range(FILMED)
        cold = ascend(self._probe, path, channels, steps=COLD)
        warm = cold
        if self._warm is not None and self._cold is not None:
            warm = ascend(self._probe, path, channels, start=self._warm.images, steps=WARM)
            alive = _alive(cold)
            self.moments.append(
                (
                    float(np.median(warm.reach[alive]) / np.median(cold.reach[alive])),
                    float(np.abs(warm.images - self._warm.images)[alive].mean()),
                    float(np.abs(cold.images - self._cold.images)[alive].mean()),
                )
            )
        self._warm, self._cold = warm, cold


def _film_rows(moments: list[tuple[float, float, float]]) -> list[Row]:
    reach, warm, cold = np.array(moments).T
    change = warm.mean() / cold.mean()
    note = (
        f"{len(moments)} moments an epoch apart, the last layer of each network, {FILMED} channels"
    )
    return [
        Row(
            f"film: reach after {WARM} warm steps, mean over the moments",
            f"{COLD} cold steps",
            f"{reach.mean():.2f}×",
            "≥ 0.95×",
            reach.mean() >= 0.95,
            f"least {reach.min():.2f}×; {note}",
        ),
        Row(
            "film: how far the picture moves from moment to moment",
            f"{COLD} cold steps",
            f"{change:.2f}×",
            "≤ 1/3",
            change <= 1 / 3,
            f"most {(warm / cold).max():.2f}×; {note}",
        ),
    ]


# Others -----------------------------------------------------------------------------------------


def _peer_row(network: Network) -> Row:
    what, target = f"ascent, processor time a channel, {BATCH} in a batch", "≤ 1/4 at ≥ 0.9 of it"
    against = "tf-keras-vis, the same network and channels"
    if importlib.util.find_spec("tf_keras_vis") is None:
        return Row(what, against, "—", target, None, "tf-keras-vis is not installed")
    path = "conv5"
    probe = ModelProbe(network.model, network.inputs)
    ours = ascend(probe, path, objective="everywhere")
    channels = ours.channels[_alive(ours)][:BATCH]

    def mean(images: Array) -> float:
        means = np.asarray(ModelProbe(network.model, images).outputs(path)).mean((1, 2))
        return float(np.median(means[np.arange(BATCH), channels]))

    begun = time.process_time()
    found = ascend(probe, path, channels, objective="everywhere")
    mine = time.process_time() - begun
    theirs_images = tf_keras_vis(network.model, path, network.inputs, channels)
    begun = time.process_time()
    theirs_images = tf_keras_vis(network.model, path, network.inputs, channels)
    theirs = time.process_time() - begun
    objective = mean(found.images) / mean(theirs_images)
    return Row(
        what,
        against,
        f"{mine / theirs:.2f}× at {objective:.2f} of its objective",
        target,
        mine / theirs <= 0.25 and objective >= 0.9,
        f"{path}, mean of the map, median of {BATCH} channels; {mine / BATCH:.3f} s against "
        f"{theirs / BATCH:.3f} s a channel, ours with its measures on {len(network.inputs)} inputs",
    )
