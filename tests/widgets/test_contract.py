"""The page and Python speak of the same traits.

TypeScript checks that an entry uses no key beyond its `State`; here `State` is held against
the widget's synced traits.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnnviz_widgets
from cnnviz_widgets.widgets.comparison.compared_densities import _ComparedDensitiesHead
from cnnviz_widgets.widgets.comparison.comparison_head import ComparisonHead
from cnnviz_widgets.widgets.linking.column_axis import ColumnAxis
from cnnviz_widgets.widgets.linking.selection import Selection
from cnnviz_widgets.widgets.panels.ablation import AblationBar
from cnnviz_widgets.widgets.panels.findings import FindingsPanel
from cnnviz_widgets.widgets.panels.header import InspectorHeader
from cnnviz_widgets.widgets.panels.health import _HealthHead
from cnnviz_widgets.widgets.panels.selector import LayerSelector
from cnnviz_widgets.widgets.panels.timeline import Timeline
from cnnviz_widgets.widgets.panels.training_bar import TrainingBar
from cnnviz_widgets.widgets.views.channel_grid import ChannelGrid
from cnnviz_widgets.widgets.views.dendrogram import Dendrogram
from cnnviz_widgets.widgets.views.density_panel import _DensityHead
from cnnviz_widgets.widgets.views.parameter_grid import ParameterGrid

SOURCES = Path(cnnviz_widgets.__file__).parent / "frontend" / "src"

ENTRIES = {
    AblationBar: ("ablation-bar.ts", "State"),
    ChannelGrid: ("channel-grid.ts", "State"),
    _ComparedDensitiesHead: ("compared-densities.ts", "State"),
    ComparisonHead: ("comparison-panel.ts", "State"),
    Dendrogram: ("dendrogram.ts", "State"),
    _DensityHead: ("density-panel.ts", "State"),
    FindingsPanel: ("findings-panel.ts", "State"),
    _HealthHead: ("health-panel.ts", "State"),
    InspectorHeader: ("inspector-header.ts", "State"),
    LayerSelector: ("layer-selector.ts", "State"),
    ParameterGrid: ("parameter-grid.ts", "State"),
    Timeline: ("timeline.ts", "State"),
    TrainingBar: ("training-bar.ts", "State"),
    Selection: ("lib/selection.ts", "SelectionState"),
    ColumnAxis: ("lib/column-axis.ts", "ColumnAxisState"),
}
# What every widget of ipywidgets and anywidget carries, and the page's host reads.
INHERITED = {
    "_anywidget_id", "_css", "_dom_classes", "_esm", "_model_module", "_model_module_version",
    "_model_name", "_view_count", "_view_module", "_view_module_version", "_view_name", "layout",
    "tabbable", "tooltip",
}  # fmt: skip

SAY_THEMSELVES = (
    *("axis", "error", "log_y", "message", "selection", "selector", "timeline", "title"),
    "warnings",
)


def interface_keys(name: str, source: Path | None = None) -> set[str]:
    """Keys of a TypeScript interface, those of the interfaces it extends included."""
    for file in [source] if source else sorted(SOURCES.rglob("*.ts")):
        found = re.search(
            rf"interface {name}(?: extends ([\w, ]+))? {{\n(.*?)^}}",
            file.read_text(),
            re.DOTALL | re.MULTILINE,
        )
        if found:
            keys = set(re.findall(r"^  (\w+)\??:", found[2], re.MULTILINE))
            return keys.union(*(interface_keys(p) for p in re.findall(r"\w+", found[1] or "")))
    raise AssertionError(f"no interface {name} in the front end")


@pytest.mark.parametrize("widget", ENTRIES, ids=lambda widget: widget.__name__)
def test_each_key_of_the_page_is_a_synced_trait_and_the_other_way_round(widget: type) -> None:
    file, name = ENTRIES[widget]
    synced = set(widget.class_traits(sync=True)) - INHERITED
    assert interface_keys(name, SOURCES / file) == synced


def test_every_entry_of_the_front_end_is_some_widgets() -> None:
    entries = {path.name for path in SOURCES.glob("*.ts")}
    assert entries == {file for file, _ in ENTRIES.values() if "/" not in file}


@pytest.mark.parametrize("widget", ENTRIES, ids=lambda widget: widget.__name__)
def test_public_traits_have_help_and_wire_traits_an_underscore(widget: type) -> None:
    for name, trait in widget.class_traits(sync=True).items():
        if name in INHERITED or name.startswith("_"):
            continue
        assert re.fullmatch(r"[a-z][a-z_]*", name)
        if name not in SAY_THEMSELVES:
            assert trait.help, f"{widget.__name__}.{name} says nowhere what it is"
