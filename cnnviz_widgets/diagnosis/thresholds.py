"""Every threshold of the diagnosis, each with its reason.

The paper judges by eye; these numbers say where its words begin to apply. They were set on the
calibration seeds of ``tests/benchmarks`` and on hand-set networks, never on the seeds on which
recall and precision are reported.
"""

from __future__ import annotations

# --- How much is looked at -------------------------------------------------------------------

MAP_LAYERS = 24
"""Layers compared with the image."""

# --- Dead [WL20 §1.3.2, Fig. 12] -------------------------------------------------------------

DEAD_SEVERE, DEAD_WARNING = 0.5, 0.2
"""Share of channels. The paper's v1 has 49 % dead units and fails, v2 up to 2.5 % and works
(MEASURED.md); trained ReLU layers that do their work have up to
an eighth, behind other ReLU layers and in autoencoders."""

WHOLLY = 0.95
"""From this share on nothing of the layer is left, and what follows from it is explained."""

DEAD_SURELY, DEAD_SURELY_SAMPLES = 0.4, 32
"""Share of a layer's channels that no estimate of rarity talks down to a note, if they are silent
on so many samples: the paper's v1 has 40 to 49 % on 64. Whatever fires on less than a tenth of the
inputs in so large a part of a layer is of little use in any case."""

DEAD_FEWEST_SAMPLES = 8
"""Below, a unit that is silent on all samples may fire on 3 of 8 inputs or more: no warning about
part of the units of a layer without positions."""

# --- Constant --------------------------------------------------------------------------------

CONSTANT_VARIATION = 1e-3
"""Variation between samples relative to the channel's magnitude: below, no layer behind it can
tell inputs apart by this channel in half precision (2⁻¹⁰)."""

CONSTANT_SEVERE, CONSTANT_WARNING = 0.5, 0.1
"""Share of channels, as for dead ones: they tell as much about the input, nothing."""

OUTPUT_VARIATION = 0.02
"""Largest variation between samples over the outputs of a model: below, it says the same of every
input."""

DIVERSITY_OF_TARGETS = 0.25
"""Spread over samples of the images a model makes over that of its target images. MEASURED.md:
collapsed generators 0.003 to 0.06 against the data's 0.38, varied ones 0.32."""

# --- Saturated -------------------------------------------------------------------------------

SATURATED_VALUES = 0.95
"""Share of a channel's values at its ends from which it counts as saturated."""

SATURATED_SEVERE, SATURATED_WARNING = 0.6, 0.2
"""Share of channels."""

SATURATED_MOST = 0.7
"""Share of all values of a layer, where channels change sides but are hardly ever between."""

# --- Near zero [WL20 §1.3.2, Fig. 14] --------------------------------------------------------

NEAR_ZERO_SHARE = 0.95
"""Share of values. Half of a fresh ReLU layer's are zero, and trained ones are sparse up to about
nine in ten."""

NEAR_ZERO_OVER_FRESH = 0.2
"""By how much the share must exceed that of the fresh layer."""

GAIN_SUSPECT, GAIN_OF_FRESH = 0.05, 0.05
"""Magnitude of a layer's output over that of what it reads, and the same over the fresh layer's.
Usual initialisations keep the magnitude within a factor of 2 or so; at a twentieth, five layers
leave nothing that float16 can hold."""

# --- Uniform [WL20 §1.3.2] -------------------------------------------------------------------

UNIFORM_MEDIAN = 0.06
"""Median fork height: half of the channels have a neighbour within 20° of them. Median forks of the
zoo's varied layers are 0.08 to 0.5."""

UNIFORM_SURELY = 0.005
"""Median fork height below which maps are alike whatever the fresh layer's are: initial weights
that are nearly equal make both so."""

UNIFORM_CENTRED = 0.06
"""The same about the channels' means: above, it is an offset that all share, and is said so."""

UNIFORM_OF_FRESH = 0.5
"""The same over that of the fresh layer, which says what this input and architecture do by
themselves."""

# --- Unlike the input [WL20 §1.3.2] ----------------------------------------------------------

UNLIKE_SHARE = 0.4
"""Held-out R² below which more of the image is lost than kept, with a margin for images that are
hard to predict: layers of the zoo's healthy networks keep 0.5 to 0.95."""

# --- Many layers with the same finding ---------------------------------------------------------

SAME_IN_LAYERS = 3
"""Layers in which one finding about weights holds from which it is one about the whole network."""

# --- Duplicates ------------------------------------------------------------------------------

DUPLICATE_SEVERE = 0.9
"""Share of channels that have a twin: nearly all, so that the layer computes a single feature."""

# --- Kernels and dense weights, auxiliary [WL20 §1.3.3–1.3.5] --------------------------------

FORKS_HIGH = 0.5
"""Median fork height of a kernel from which its forks count as large: cosine 0.5."""

FORKS_OF_SHUFFLES = 2.5
"""Kolmogorov–Smirnov distance of the forks from those of the shuffles, over the shuffles' own from
one another: up to here nothing in common shows. Shuffled kernels of the zoo reach 1.8, trained
ones begin at 3."""

UNIFORM_FLATNESS = 0.065
"""Kolmogorov–Smirnov distance from a uniform distribution up to which weights count as uniform.
Training frays their ends; each of the zoo's networks that began wide keeps a layer within 0.055.
Weights as wide of another make begin at 0.085, healthy ones at 0.13."""

WIDE = 3.0
"""Times Glorot's spread from which uniform weights count as wide: no usual initialiser is wider
than √2 times it in a square layer."""

# --- Input range and targets -----------------------------------------------------------------

AVERAGES_RATIO = 10.0
"""Spread of a normalised output over that of training. Forgotten scaling of bytes makes it 50 to
255; data of another source seldom differs by more than 3."""

BYTES_FROM = 64
"""Largest input from which inputs may be bytes: pictures that are all darker are rare."""

LOSS_OF_SCALED = 0.5
"""Loss on inputs scaled otherwise over the loss on them as they are."""

SURE, UNSURE, SAME_CHOICE = 0.9, 0.8, 0.4
"""Share of outputs within 1 % of certain as given, and as scaled; share of answers that stay the
same, which by chance among ten is 0.1."""

TARGETS_OUT_OF_REACH = 0.001
"""Share of target values. Fewer may be outliers that nobody wants reached."""

OUTPUT_SAMPLES = 64
"""Samples of the model's own output that are kept."""

NEIGHBOURS = 0.5
"""Correlation of neighbouring pixels below which an array has no picture in it to be lost: noise
has 0, photographs and digits 0.8 to 0.99."""

MAP_LEVEL = 2
"""Layers from an image up to which maps are held to it: beyond, abstraction is their task."""

MAP_PATCH = 7
"""Parts of a map's place each way in which the image is predicted."""
