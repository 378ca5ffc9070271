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
from .measures import ChannelMeasures, channel_measures
from .record import LayerRecord
from .tiles import TileSheet, tile_sheet

__all__ = [
    "Atom",
    "ChannelDensity",
    "ChannelMeasures",
    "ChannelTree",
    "DendrogramGeometry",
    "DensityFan",
    "DensityStyle",
    "LayerRecord",
    "TileSheet",
    "channel_density",
    "channel_measures",
    "cosine_linkage",
    "dendrogram_geometry",
    "density_fan",
    "tile_sheet",
]
