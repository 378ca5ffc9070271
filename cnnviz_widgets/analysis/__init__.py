"""Arrays in, arrays out: what the values of a layer say. NumPy and SciPy only."""

from .clustering import ChannelTree, cosine_linkage
from .dendrogram import DendrogramGeometry, dendrogram_geometry
from .density import (
    Atom,
    ChannelDensity,
    DensityFan,
    DensityStyle,
    channel_density,
    density_fan,
)
from .findings import Comparison, Evidence, Finding, Measurement, Report, Skipped
from .health import HEALTH_NUMBERS, LayerHealth
from .history import History, Moment
from .kept import Kept, keep, picture_values, record_arrays, record_from_arrays
from .measures import ChannelMeasures, channel_measures
from .onsets import Onset, OnsetWatch
from .parameter_record import ParameterRecord
from .place import Place
from .record import LayerRecord
from .sample_choice import SampleChoice
from .tiles import TileSheet, tile_sheet

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
