"""Arrays in, arrays out: what the values of a layer say. NumPy and SciPy only.

Names of records, reports and histories are offered here, too, wherever they live; each of those is
imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.lazy_names import lazy_names
from .channel_measures import ChannelMeasures, channel_measures
from .clustering.channel_tree import ChannelTree
from .clustering.cosine_linkage import cosine_linkage
from .clustering.dendrogram_geometry import DendrogramGeometry, dendrogram_geometry
from .density.channel_density import channel_density
from .density.fan import density_fan
from .density.types import Atom, ChannelDensity, DensityFan, DensityStyle
from .tiles.tile_sheet import tile_sheet
from .tiles.types import TileSheet

if TYPE_CHECKING:
    from ..diagnosis.findings import Comparison, Evidence, Finding, Measurement, Skipped
    from ..diagnosis.report import Report
    from ..history.history import History
    from ..history.moment import Moment
    from ..history.onsets import Onset, OnsetWatch
    from ..records.layer_health import HEALTH_NUMBERS, LayerHealth
    from ..records.layer_record import LayerRecord
    from ..records.parameter_record import ParameterRecord
    from ..records.place import Place
    from ..records.sample_subset import SampleChoice
    from ..records.snapshot import Kept, keep, picture_values, record_arrays, record_from_arrays

__all__ = [
    "HEALTH_NUMBERS",
    "Atom",
    "ChannelDensity",
    "ChannelMeasures",
    "ChannelTree",
    "Comparison",
    "DendrogramGeometry",
    "DensityFan",
    "DensityStyle",
    "Evidence",
    "Finding",
    "History",
    "Kept",
    "LayerHealth",
    "LayerRecord",
    "Measurement",
    "Moment",
    "Onset",
    "OnsetWatch",
    "ParameterRecord",
    "Place",
    "Report",
    "SampleChoice",
    "Skipped",
    "TileSheet",
    "channel_density",
    "channel_measures",
    "cosine_linkage",
    "dendrogram_geometry",
    "density_fan",
    "keep",
    "picture_values",
    "record_arrays",
    "record_from_arrays",
    "tile_sheet",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Comparison": "..diagnosis.findings",
        "Evidence": "..diagnosis.findings",
        "Finding": "..diagnosis.findings",
        "HEALTH_NUMBERS": "..records.layer_health",
        "History": "..history.history",
        "Kept": "..records.snapshot",
        "LayerHealth": "..records.layer_health",
        "LayerRecord": "..records.layer_record",
        "Measurement": "..diagnosis.findings",
        "Moment": "..history.moment",
        "Onset": "..history.onsets",
        "OnsetWatch": "..history.onsets",
        "ParameterRecord": "..records.parameter_record",
        "Place": "..records.place",
        "Report": "..diagnosis.report",
        "SampleChoice": "..records.sample_subset",
        "Skipped": "..diagnosis.findings",
        "keep": "..records.snapshot",
        "picture_values": "..records.snapshot",
        "record_arrays": "..records.snapshot",
        "record_from_arrays": "..records.snapshot",
    },
)
