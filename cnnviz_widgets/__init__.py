"""Look into a live Keras model from a notebook cell.

>>> import cnnviz_widgets as cv
>>> inspector = cv.ModelInspector(model, images[:16])
>>> inspector

The names below are imported when they are first used: importing the package loads neither
TensorFlow nor a widget.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import analysis, model
    from .model import ModelProbe
    from .widgets.ablation_bar import AblationBar
    from .widgets.channel_grid import ChannelGrid
    from .widgets.column_axis import ColumnAxis
    from .widgets.dendrogram import Dendrogram
    from .widgets.density_panel import DensityPanel
    from .widgets.diagnosing import diagnose
    from .widgets.findings_panel import FindingsPanel
    from .widgets.inspector import ModelInspector
    from .widgets.layer_selector import LayerSelector
    from .widgets.parameter_grid import ParameterGrid
    from .widgets.selection import Selection

_HOMES = {
    "AblationBar": ".widgets.ablation_bar",
    "ChannelGrid": ".widgets.channel_grid",
    "ColumnAxis": ".widgets.column_axis",
    "DensityPanel": ".widgets.density_panel",
    "Dendrogram": ".widgets.dendrogram",
    "FindingsPanel": ".widgets.findings_panel",
    "LayerSelector": ".widgets.layer_selector",
    "ModelInspector": ".widgets.inspector",
    "ModelProbe": ".model",
    "ParameterGrid": ".widgets.parameter_grid",
    "Selection": ".widgets.selection",
    "diagnose": ".widgets.diagnosing",
}
_ROOMS = ("analysis", "model", "widgets")

__all__ = [
    "AblationBar",
    "ChannelGrid",
    "ColumnAxis",
    "Dendrogram",
    "DensityPanel",
    "FindingsPanel",
    "LayerSelector",
    "ModelInspector",
    "ModelProbe",
    "ParameterGrid",
    "Selection",
    "analysis",
    "diagnose",
    "model",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name], __name__), name)
    elif name in _ROOMS:
        value = import_module(f".{name}", __name__)
    elif name == "__version__":
        from importlib.metadata import version

        value = version("cnnviz-widgets")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
