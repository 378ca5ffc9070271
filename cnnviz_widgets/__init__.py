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
    from .analysis.history import History
    from .model import ModelProbe, TrainingMonitor
    from .widgets.ablation_bar import AblationBar
    from .widgets.channel_grid import ChannelGrid
    from .widgets.column_axis import ColumnAxis
    from .widgets.comparing import compare
    from .widgets.comparison_panel import ComparisonPanel
    from .widgets.dendrogram import Dendrogram
    from .widgets.density_panel import DensityPanel
    from .widgets.diagnosing import diagnose
    from .widgets.findings_panel import FindingsPanel
    from .widgets.health_panel import HealthPanel
    from .widgets.history_viewer import HistoryViewer, open_history
    from .widgets.inspector import ModelInspector
    from .widgets.layer_selector import LayerSelector
    from .widgets.parameter_grid import ParameterGrid
    from .widgets.selection import Selection
    from .widgets.timeline import Timeline
    from .widgets.training_bar import TrainingBar

_HOMES = {
    "AblationBar": ".widgets.ablation_bar",
    "ChannelGrid": ".widgets.channel_grid",
    "ColumnAxis": ".widgets.column_axis",
    "ComparisonPanel": ".widgets.comparison_panel",
    "Dendrogram": ".widgets.dendrogram",
    "DensityPanel": ".widgets.density_panel",
    "FindingsPanel": ".widgets.findings_panel",
    "HealthPanel": ".widgets.health_panel",
    "History": ".analysis.history",
    "HistoryViewer": ".widgets.history_viewer",
    "LayerSelector": ".widgets.layer_selector",
    "ModelInspector": ".widgets.inspector",
    "ModelProbe": ".model",
    "ParameterGrid": ".widgets.parameter_grid",
    "Selection": ".widgets.selection",
    "Timeline": ".widgets.timeline",
    "TrainingBar": ".widgets.training_bar",
    "TrainingMonitor": ".model",
    "compare": ".widgets.comparing",
    "diagnose": ".widgets.diagnosing",
    "open_history": ".widgets.history_viewer",
}
_ROOMS = ("analysis", "model", "widgets")

__all__ = [
    "AblationBar",
    "ChannelGrid",
    "ColumnAxis",
    "ComparisonPanel",
    "Dendrogram",
    "DensityPanel",
    "FindingsPanel",
    "HealthPanel",
    "History",
    "HistoryViewer",
    "LayerSelector",
    "ModelInspector",
    "ModelProbe",
    "ParameterGrid",
    "Selection",
    "Timeline",
    "TrainingBar",
    "TrainingMonitor",
    "analysis",
    "compare",
    "diagnose",
    "model",
    "open_history",
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
