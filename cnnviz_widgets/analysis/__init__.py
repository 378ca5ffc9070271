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
from .measures import ChannelMeasures, channel_measures
from .parameter_record import ParameterRecord
from .record import LayerRecord
from .tiles import TileSheet, tile_sheet

__all__ = [
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
    "LayerRecord",
    "Measurement",
    "ParameterRecord",
    "Report",
    "Skipped",
    "TileSheet",
    "channel_density",
    "channel_measures",
    "cosine_linkage",
    "dendrogram_geometry",
    "density_fan",
    "tile_sheet",
]
