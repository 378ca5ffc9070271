"""Penalties that training minimises at the answers' expense; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.training.penalties import Penalties
from ...phrases import listed
from ..base import BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import by_answers, fails, solves

SQUEEZED, VANISHED = 0.2, 0.02
"""Standard deviation of a kernel over that of Glorot's initialisation: a twenty-fifth of its
energy is left. Weight decay takes healthy kernels to a third, and such behind a normalisation
further: it counts where the answers are poor. The second is believed without knowing them."""

MOSTLY = 0.5
"""Share of the penalised kernels that are squeezed: a single one may be of no use."""

POOR = 0.3
"""Loss of the answers over that of the best constant answer. Late in training a healthy network's
is small, and then its penalty is far larger and no fault."""

OUTWEIGHS = 1.0
"""Sum of the penalties over the loss of the answers: most of what training minimises."""

SILENT, QUIET, MUTE = 0.9, 1e-2, 1e-3
"""Of a layer whose outputs are penalised: share of dead channels; magnitude over the inputs'
where the answers are known to be poor, and where they are not known."""

HELD = 0.1
"""Standard deviation between samples of all that a layer with a loss of its own is given. A KL
divergence sets noise of 1 beside it: 0.005 nats of each latent are then left of the inputs."""


class PenaltyDominates(Sign):
    """Models whose regularizers, or layers' own losses, leave the task no room.

    A large penalty alone is no finding: there must be kernels drawn in, outputs silenced, latents
    that carry nothing, or answers no better than a constant one.
    """

    kind, title, source = "penalty-dominates", "penalty outweighs the task", BEYOND
    cure = (
        "Weaken the penalty a hundredfold and train again: `kernel_regularizer="
        "keras.regularizers.L2(1e-4)`, or less, is usual."
    )
    spoils = frozenset(
        {"concentrated-forks", "constant", "dead", "near-zero", "noisy-weights", "uniform"}
        | {"unlike-input"}
    )
    explains = spoils
    anywhere = NOT_AS_TRAINED | {"vanishing-signal", "duplicate"}

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most: on latents, on outputs, on weights, or by the sums alone."""
        if model.penalties is None or model.untrained:
            return
        if solves(model) and not _does_poorly(model):
            return
        for judge in (self._of_latents, self._of_outputs, self._of_weights, self._by_sums):
            finding = judge(model, model.penalties)
            if finding is not None:
                yield finding
                return

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Latents that carry nothing."""
        return behind and cause.view == "outputs" and cause.severity == "severe"

    def _of_latents(self, model: ModelFacts, penalties: Penalties) -> Finding | None:
        for part in penalties.parts:
            latents = _latents(model, part.layer) if part.source == "own" else []
            spread = max((_spread(layer) for layer in latents), default=1.0)
            if spread <= HELD:
                names = listed([layer.path for layer in latents])
                return self.finding(
                    latents[0],
                    by_answers(model, "severe", solved="warning"),
                    Measurement("standard deviation of a latent between samples, at most", spread),
                    f"The loss that {part.layer or 'the model'} adds itself holds {names} at the "
                    f"same values for every sample (standard deviation {spread:.2g} at most): "
                    "nothing of the input passes.",
                    cure="Weigh it less beside the reconstruction, such as 0.01 * kl, or raise its "
                    "weight from 0 while training (KL annealing).",
                )
        return None

    def _of_outputs(self, model: ModelFacts, penalties: Penalties) -> Finding | None:
        quiet = QUIET if _does_poorly(model) else MUTE
        for part in penalties.parts:
            layer = model.layers.get(part.layer)
            if part.source != "outputs" or layer is None:
                continue
            dead = float(layer.outputs.measures.dead.mean())
            magnitude = layer.outputs.magnitude / (model.input_magnitude or 1.0)
            if dead >= SILENT or magnitude <= quiet:
                return self.finding(
                    layer,
                    by_answers(model, "warning", solved="warning"),
                    Measurement("magnitude of the output over that of the inputs", magnitude),
                    f"The penalty on the outputs of {layer.path} has silenced them: "
                    f"{percent(dead)} of its {layer.noun} are dead, the magnitude is "
                    f"{layer.outputs.magnitude:.2g}{_sums(penalties)}.",
                    cure="Weaken activity_regularizer a hundredfold, and train again from new "
                    "weights: silenced units do not come back.",
                )
        return None

    def _of_weights(self, model: ModelFacts, penalties: Penalties) -> Finding | None:
        layers = _penalised(model, penalties)
        poor = _does_poorly(model)
        most = SQUEEZED if poor else VANISHED
        squeezed = [layer for layer in layers if layer.weights[0].width <= most]
        if len(squeezed) < max(1.0, len(layers) * (MOSTLY if poor else 1.0)):
            return None
        width = max(layer.weights[0].width for layer in squeezed)
        return self.finding(
            squeezed[0] if len(squeezed) == 1 else "",
            by_answers(model, "warning", solved="warning"),
            Measurement("largest spread of these kernels over that of new ones", width, True),
            f"The penalty on weights has shrunk the kernels of "
            f"{listed([layer.path for layer in squeezed])}: their numbers spread at most "
            f"{percent(width)} as widely as newly drawn ones{_sums(penalties)}.",
            view="weights",
            samples=0,
        )

    def _by_sums(self, model: ModelFacts, penalties: Penalties) -> Finding | None:
        if not _does_poorly(model) or not penalties.total >= OUTWEIGHS * penalties.data_loss:
            return None
        worst = max(penalties.parts, key=lambda part: part.value)
        return self.finding(
            "",
            "warning",
            Measurement("sum of the penalties", penalties.total),
            f"Training minimises penalties of {penalties.total:.3g} (most by "
            f"{worst.layer or 'the model itself'}) beside a loss of the answers of "
            f"{penalties.data_loss:.3g}, and the answers are poor.",
            reference=Comparison("loss of the answers", penalties.data_loss),
            view="weights",
            samples=0,
            limits="A large penalty need not be why: train once without it.",
        )


def _does_poorly(model: ModelFacts) -> bool:
    """Whether much of what a constant answer gets wrong is known to be left."""
    answers = model.answers
    return fails(model) or (
        answers is not None and answers.loss >= POOR * answers.constant_loss > 0
    )


def _latents(model: ModelFacts, path: str) -> list[LayerFacts]:
    """The layers that a layer with a loss of its own reads: (mean, log variance), or one alone.

    Of a model that adds a loss itself: layers without activation that read the same and are alike.
    """
    if path in model.layers:
        parents = model.parents(model.layers[path])
        return parents if all(each.role == "weights" for each in parents) else []
    alike: dict[tuple[tuple[str, ...], int], list[LayerFacts]] = {}
    for layer in model:
        if layer.mixes and layer.linear and not layer.output and len(layer.outputs.shape) == 2:
            alike.setdefault((layer.parents, layer.outputs.channels), []).append(layer)
    return next((group for group in alike.values() if len(group) > 1), [])


def _spread(layer: LayerFacts) -> float:
    """The largest standard deviation between samples of its channels; 1 where it is not known."""
    spreads = layer.outputs.measures.std
    is_vector = len(layer.outputs.shape) == 2 and layer.outputs.samples > 1
    return float(spreads.max()) if is_vector and (spreads >= 0).all() else 1.0


def _penalised(model: ModelFacts, penalties: Penalties) -> list[LayerFacts]:
    """The layers whose weights are penalised."""
    paths = [part.layer for part in penalties.parts if part.source == "weights"]
    layers = [model.layers[path] for path in paths if path in model.layers]
    return [layer for layer in layers if layer.weights]


def _sums(penalties: Penalties) -> str:
    """The sums as a half-sentence; "" without a loss of the answers."""
    if not penalties.data_loss >= 0:
        return ""
    return f" (penalties {penalties.total:.2g}, loss of the answers {penalties.data_loss:.2g})"
