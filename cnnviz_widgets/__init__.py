"""Look into a live Keras model from a notebook cell.

>>> import cnnviz_widgets as cv
>>> inspector = cv.ModelInspector(model, images[:16])
>>> inspector

The names below are imported when they are first used: importing the package loads neither
TensorFlow nor a widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .runtime.lazy_names import lazy_names

if TYPE_CHECKING:
    from . import analysis, model
    from .history.history import History
    from .model import ModelProbe, TrainingMonitor
    from .records.survey.layer_summary import LayerSummary
    from .records.survey.survey import Survey
    from .widgets.api import compare, diagnose, selected_values, survey
    from .widgets.channel.channel_card import ChannelCard
    from .widgets.comparison.comparison_panel import ComparisonPanel
    from .widgets.inspector.history.history_viewer import HistoryViewer, open_history
    from .widgets.inspector.model_inspector import ModelInspector
    from .widgets.linking.column_axis import ColumnAxis
    from .widgets.linking.sample_selection import SampleSelection
    from .widgets.linking.selection import Selection
    from .widgets.map.network_map import NetworkMap
    from .widgets.panels.ablation import AblationBar
    from .widgets.panels.findings import FindingsPanel
    from .widgets.panels.selector import LayerSelector
    from .widgets.panels.training.health import HealthPanel
    from .widgets.panels.training.timeline import Timeline
    from .widgets.panels.training.training_bar import TrainingBar
    from .widgets.views.channel_grid import ChannelGrid
    from .widgets.views.dendrogram import Dendrogram
    from .widgets.views.density_panel import DensityPanel
    from .widgets.views.embedding.embedding import Embedding
    from .widgets.views.parameter_grid import ParameterGrid

_HOMES = {
    "AblationBar": ".widgets.panels.ablation",
    "ChannelCard": ".widgets.channel.channel_card",
    "ChannelGrid": ".widgets.views.channel_grid",
    "ColumnAxis": ".widgets.linking.column_axis",
    "ComparisonPanel": ".widgets.comparison.comparison_panel",
    "Dendrogram": ".widgets.views.dendrogram",
    "DensityPanel": ".widgets.views.density_panel",
    "Embedding": ".widgets.views.embedding.embedding",
    "FindingsPanel": ".widgets.panels.findings",
    "HealthPanel": ".widgets.panels.training.health",
    "History": ".history.history",
    "HistoryViewer": ".widgets.inspector.history.history_viewer",
    "LayerSelector": ".widgets.panels.selector",
    "LayerSummary": ".records.survey.layer_summary",
    "ModelInspector": ".widgets.inspector.model_inspector",
    "ModelProbe": ".model",
    "NetworkMap": ".widgets.map.network_map",
    "ParameterGrid": ".widgets.views.parameter_grid",
    "SampleSelection": ".widgets.linking.sample_selection",
    "Selection": ".widgets.linking.selection",
    "Survey": ".records.survey.survey",
    "Timeline": ".widgets.panels.training.timeline",
    "TrainingBar": ".widgets.panels.training.training_bar",
    "TrainingMonitor": ".model",
    "analysis": "",
    "compare": ".widgets.api",
    "diagnose": ".widgets.api",
    "model": "",
    "open_history": ".widgets.inspector.history.history_viewer",
    "selected_values": ".widgets.inspector.selected",
    "survey": ".widgets.api",
    "widgets": "",
}

__all__ = [
    "AblationBar",
    "ChannelCard",
    "ChannelGrid",
    "ColumnAxis",
    "ComparisonPanel",
    "Dendrogram",
    "DensityPanel",
    "Embedding",
    "FindingsPanel",
    "HealthPanel",
    "History",
    "HistoryViewer",
    "LayerSelector",
    "LayerSummary",
    "ModelInspector",
    "ModelProbe",
    "NetworkMap",
    "ParameterGrid",
    "SampleSelection",
    "Selection",
    "Survey",
    "Timeline",
    "TrainingBar",
    "TrainingMonitor",
    "analysis",
    "compare",
    "diagnose",
    "model",
    "open_history",
    "selected_values",
    "survey",
]


_get, __dir__ = lazy_names(__name__, _HOMES)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("cnnviz-widgets")
    return _get(name)
