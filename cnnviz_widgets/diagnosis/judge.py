"""From what was measured of a model to its findings, one for each cause."""

from __future__ import annotations

from dataclasses import dataclass

from .facts import ModelFacts
from .findings import Finding
from .measurements.stations import NetworkFacts
from .root_causes import one_a_cause
from .signs.lookup import signs


def judge(model: ModelFacts) -> tuple[Finding, ...]:
    """All findings, the worst first, one for each cause."""
    return one_a_cause([each for sign in signs() for each in sign.findings(model)], model)


def judge_network(network: NetworkFacts) -> tuple[Finding, ...]:
    """All findings about the stations of a network's map, kind by kind."""
    return tuple(each for sign in signs() for each in sign.of_network(network))


@dataclass(frozen=True)
class Suspects:
    """Paths of the layers for which a freshly initialised reference decides.

    Attributes
    ----------
    by_outputs : tuple of str
        Those to measure all outputs of.
    by_picture : tuple of str
        Those whose maps are to be compared with the image.
    """

    by_outputs: tuple[str, ...]
    by_picture: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.by_outputs, *self.by_picture)))


def suspects(model: ModelFacts) -> Suspects:
    """The layers about which the signs cannot decide by the model alone."""

    def asked_for(what: str) -> tuple[str, ...]:
        paths = (
            path for sign in signs() if sign.suspects_by == what for path in sign.suspects(model)
        )
        return tuple(dict.fromkeys(paths))

    return Suspects(asked_for("outputs"), asked_for("picture"))
