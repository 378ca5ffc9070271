"""Widgets: traits, validation and the wire format; what they show is computed elsewhere."""

from .channel_grid import ChannelGrid
from .column_axis import ColumnAxis
from .dendrogram import Dendrogram
from .density_panel import DensityPanel
from .inspector import ModelInspector
from .layer_selector import LayerSelector
from .selection import Selection

__all__ = [
    "ChannelGrid",
    "ColumnAxis",
    "Dendrogram",
    "DensityPanel",
    "LayerSelector",
    "ModelInspector",
    "Selection",
]
