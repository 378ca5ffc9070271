"""What came out of a training, in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz_widgets.analysis import channel_measures
from cnnviz_widgets.diagnosis.measurements.data.targets import share_out_of_reach
from cnnviz_widgets.diagnosis.measurements.merges import merges
from cnnviz_widgets.diagnosis.measurements.variation import spread_over_samples
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.layers.activations import activation_range
from cnnviz_widgets.model.layers.layer_info import activation_name
from cnnviz_widgets.validation.messages import percent

from .frechet import FaceDistance
from .training import noise

if TYPE_CHECKING:
    from .faces import Faces
    from .training import Gan

# Of the generator: noise to features by ReLU. Versions 2 and 3 have only the second.
DENSE = ("dense1", "dense2")
# Of the discriminator, looked at behind their activation [WL20 §2.2, Fig. 24].
CONVOLUTIONS = ("conv1", "conv2", "conv3")
# Below this diversity the images are variations of one. The study's runs leave a wide gap: each
# has 0.13 or less, or 0.76 or more, so that nothing depends on where in it the line is.
COLLAPSED = 0.3
# Units and channels are looked at on as many samples as in the tutorial's inspectors.
_SAMPLES = 64
# Half of them for the features, half to compare with.
_MOST_FACES = 3_000
_REAL_SEED, _NOISE_SEED = 0, 1


@dataclass(frozen=True)
class Outcome:
    """What came out of one training.

    Attributes
    ----------
    version : int
    output : str
        The generator's last activation.
    seed : int
    dead : dict of str to float
        For each ReLU dense layer of the generator, the share of its units that are zero on all of
        64 samples, 0 to 1. A unit counted as dead fires on less than 3/64 of all noise (95 %).
    diversity : float
        Mean over pixels of the standard deviation over samples, relative to that of real faces:
        0 where every noise gives the same image, 1 where pixels vary as real ones do. It says
        nothing of whether they are faces. NaN where an image is not finite.
    distance : float
        From real faces, see `FaceDistance`; NaN where an image is not finite.
    forks : dict of str to float
        For each of the discriminator's first three layers, the distance of the quartiles of the
        heights at which its channels join, on 64 real faces; NaN where fewer than two channels
        have a direction. [WL20 §1.3.2] reads off the dendrogram whether "forks spread evenly":
        the quartiles say over which range the middle half is spread, are small for forks that are
        crowded anywhere, near 0 or not, and do not depend on the one last fork as the whole
        range does. It is what ``diagnose`` goes by.
    unreachable : float
        The share of the real faces' pixel values that the last activation cannot put out.
    """

    version: int
    output: str
    seed: int
    dead: dict[str, float]
    diversity: float
    distance: float
    forks: dict[str, float]
    unreachable: float

    @property
    def collapsed(self) -> bool:
        """Whether nearly the same image comes out for every noise."""
        return not self.diversity >= COLLAPSED


@dataclass(frozen=True)
class Measure:
    """One number of an outcome, and how it is told.

    Attributes
    ----------
    name : str
        In few words, for the head of a column.
    of : callable
        Takes an `Outcome`; NaN where it has no such number.
    landmark : str
        The number's name in `Yardstick.landmarks`; "" if it has none.
    is_share : bool
        Told in per cent.
    """

    name: str
    of: Callable[[Outcome], float]
    landmark: str = ""
    is_share: bool = False

    def text(self, value: float) -> str:
        """A value as a reader should see it; a dash for none."""
        if math.isnan(value):
            return "–"
        return percent(value) if self.is_share else f"{value:.2f}"


MEASURES = (
    *(
        Measure(
            f"dead units, {name}",
            lambda outcome, name=name: outcome.dead.get(name, math.nan),
            is_share=True,
        )
        for name in DENSE
    ),
    Measure("diversity", lambda outcome: outcome.diversity, landmark="diversity"),
    Measure("distance from real faces", lambda outcome: outcome.distance, landmark="distance"),
    *(
        Measure(f"fork spread, {name}", lambda outcome, name=name: outcome.forks[name])
        for name in CONVOLUTIONS
    ),
)


class Yardstick:
    """Real faces, and what is measured against them.

    Parameters
    ----------
    faces : Faces
        At most 3,000 of them are drawn, always the same.

    Attributes
    ----------
    distance : FaceDistance
    """

    def __init__(self, faces: Faces) -> None:
        self.distance = FaceDistance(faces.sample(min(len(faces), _MOST_FACES), _REAL_SEED))
        self._spread = spread_over_samples(self._real)

    @property
    def _real(self) -> NDArray[np.float32]:
        return self.distance.reference

    def measure(self, gan: Gan) -> Outcome:
        """What came out of a training.

        Parameters
        ----------
        gan : Gan
            Trained on faces of the same size.
        """
        units = ModelProbe(gan.generator, noise(_SAMPLES, _NOISE_SEED))
        layers = {layer.path for layer in units.layers}
        channels = ModelProbe(gan.discriminator, self._real[:_SAMPLES])
        last = gan.generator.layers[-1]
        images = gan.generate(len(self._real), _NOISE_SEED)
        return Outcome(
            version=gan.version,
            output=activation_name(last),
            seed=gan.seed,
            dead={
                name: channel_measures(units.outputs(name), spread=False).dead_share
                for name in DENSE
                if name in layers
            },
            diversity=self.diversity(images),
            distance=self.distance(images) if np.isfinite(images).all() else math.nan,
            forks={name: _fork_spread(channels.outputs(f"{name}_act")) for name in CONVOLUTIONS},
            unreachable=share_out_of_reach(self._real, *activation_range(last)),
        )

    def diversity(self, images: NDArray[np.floating]) -> float:
        """The diversity of images, as in `Outcome`."""
        return spread_over_samples(images) / self._spread

    def landmarks(self) -> dict[str, dict[str, float]]:
        """Diversity and distance of images of which it is known how good they are.

        Returns
        -------
        dict of str to dict
            ``"real faces"``: the other half of them, the best that can be reached;
            ``"average face"``: one image for every noise; ``"noise"``: pixels that are drawn
            evenly from [−1, 1].
        """
        shape = self._real.shape
        average = self._real.mean(axis=0)
        noise = np.random.default_rng(_NOISE_SEED).uniform(-1, 1, shape).astype(np.float32)
        return {
            "real faces": {"diversity": 1.0, "distance": self.distance.floor},
            "average face": {
                "diversity": 0.0,
                "distance": self.distance(np.broadcast_to(average, shape)),
            },
            "noise": {"diversity": self.diversity(noise), "distance": self.distance(noise)},
        }


def measure(gan: Gan) -> Outcome:
    """What came out of a training, measured against the faces it was trained on.

    Parameters
    ----------
    gan : Gan
    """
    return Yardstick(gan.faces).measure(gan)


def _fork_spread(values: NDArray[Any]) -> float:
    joined = merges(values)
    return math.nan if joined is None else joined.spread
