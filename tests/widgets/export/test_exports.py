"""Inspector, history and comparison as files: what stands in them, and what is refused."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.export.figures.colours import GROUPS
from cnnviz_widgets.widgets.export.figures.layer_figure import GUTTER
from cnnviz_widgets.widgets.pictures.colour_maps import colour_table

from ..small_training import IMAGES, LABELS, fit, outputs_of, small_model

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def model() -> Any:
    model = small_model()
    # Channel 2 of the first layer is dead.
    kernel, bias = model.get_layer("conv1").get_weights()
    kernel[..., 2], bias[2] = 0, -1
    model.get_layer("conv1").set_weights([kernel, bias])
    return model


@pytest.fixture
def inspector(model: Any) -> Any:
    names = ["shirt <b>", "bag & shoe", "n" * 3000]
    return cv.ModelInspector(model, IMAGES[:4], targets=LABELS[:4], class_names=names)


def svg_of(widget: Any, folder: Path) -> ElementTree.Element:
    return ElementTree.fromstring(widget.export(folder / "a.svg").read_bytes())


def words_in(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.findall(f"{SVG}text")]


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_the_figure_says_what_is_shown(inspector: Any, tmp_path: Path) -> None:
    root = svg_of(inspector, tmp_path)
    words = words_in(root)
    assert words[:2] == ["conv1 · outputs", inspector.header.facts]
    assert root.findtext(f"{SVG}title") == "conv1 · outputs"
    # Five live channels and a dead one have five forks, and each column its number.
    forks = [
        line for line in root.findall(f"{SVG}polyline") if line.get("points", "").count(" ") == 3
    ]
    assert len(forks) == 5
    assert [word for word in words if word.isdigit()][-6:] != []
    assert {str(channel) for channel in range(6)} <= set(words)
    assert "each channel over its own range" in words and "zero throughout" in words
    assert "1 of 6 channels is zero on every sample." in words
    hatched = [area for area in root.findall(f"{SVG}rect") if area.get("fill") == "url(#zero)"]
    # One over all four rows of the dead channel, and one in the legend.
    assert [float(area.get("height", "0")) for area in hatched] == [4 * 48, 10]
    assert len([word for word in words if word.startswith("shirt <b>")]) == (LABELS[:4] == 0).sum()


def test_a_cut_colours_tree_ribbon_curves_and_legend_alike(inspector: Any, tmp_path: Path) -> None:
    heights = inspector.record.tree.heights
    inspector.dendrogram.cut = cut = float(np.sort(heights)[1])
    labels = inspector.record.tree.cut(cut)[inspector.record.columns]
    sizes = np.unique(labels, return_counts=True)[1]
    root = svg_of(inspector, tmp_path)
    assert f"cut {cut:.2g}" in words_in(root)
    groups = int((sizes > 1).sum())
    hues = set(GROUPS[:groups])
    lines = [line.get("stroke") for line in root.findall(f"{SVG}polyline")]
    areas = [area.get("fill") for area in root.findall(f"{SVG}rect")]
    assert hues <= set(lines) and hues <= set(areas)
    assert not set(GROUPS[groups:]) & {*lines, *areas}
    # Forks, and curves of those that have one.
    assert sum(line in hues for line in lines) >= 2 + int(sizes[sizes > 1].sum())


@pytest.mark.parametrize("view", ["outputs", "weights"])
def test_groups_have_their_colours_where_the_page_cuts_by_itself(
    inspector: Any, tmp_path: Path, view: str
) -> None:
    inspector.layer = "conv2"
    inspector.view = view
    root = svg_of(inspector, tmp_path)
    lines = {line.get("stroke") for line in root.findall(f"{SVG}polyline")}
    assert GROUPS[0] in lines, "no fork of the tree has its group's colour"
    assert GROUPS[0] in {area.get("fill") for area in root.findall(f"{SVG}rect")}


@pytest.mark.parametrize("scope", ["tile", "channel", "layer"])
def test_tiles_have_the_colours_of_their_values(inspector: Any, tmp_path: Path, scope: str) -> None:
    inspector.grid.colormap, inspector.grid.value_range = "viridis", scope
    image = Image.open(inspector.export(tmp_path / "a.png")).convert("RGB")
    values = outputs_of(inspector.probe.model, "conv1")
    axes = {"tile": (1, 2), "channel": (0, 1, 2), "layer": (0, 1, 2, 3)}[scope]
    low, high = values.min(axis=axes, keepdims=True), values.max(axis=axes, keepdims=True)
    with np.errstate(invalid="ignore"):
        share = np.nan_to_num((values - low) / (high - low))
    expected = colour_table("viridis")[np.rint(255 * share).astype(int)].astype(int)
    columns = list(inspector.record.columns)
    channel = columns[1]
    tile = np.asarray(image)[_top(image) :, round(3 * (GUTTER + 48)) :].astype(int)
    # 48 pixels a tile, 6 × 6 values: 24 of the picture's pixels each; the last of each is paper.
    for row in range(4):
        for y, x in ((1, 1), (3, 4)):
            seen = tile[row * 144 + y * 24 + 12, x * 24 + 12]
            assert abs(seen - expected[row, y, x, channel]).max() <= 4


def _top(image: Image.Image) -> int:
    """Where the first row begins: where the first column is no longer paper, below its number."""
    column = np.asarray(image.convert("L"))[:, round(3 * (GUTTER + 24 + 15))]
    dark = np.flatnonzero(column < 250)
    # The tiles are the first run of 100 pixels that are all coloured.
    return int(next(at for at in dark if (column[at : at + 100] < 250).all()))


def test_selected_columns_have_an_outline(inspector: Any, tmp_path: Path) -> None:
    inspector.selection.selected = (0, 3)
    outlines = [
        each
        for each in svg_of(inspector, tmp_path).findall(f"{SVG}rect")
        if each.get("fill") == "none" and each.get("stroke") == "#1976d2"
    ]
    assert len(outlines) == 2


@pytest.mark.parametrize("layer", ["conv2", "logits"])
def test_weights_have_their_figure(inspector: Any, tmp_path: Path, layer: str) -> None:
    inspector.layer = layer
    inspector.view = "weights"
    words = words_in(svg_of(inspector, tmp_path))
    assert words[0] == f"{layer} · kernel" and "bias" in words
    assert {str(row) for row in range(inspector.record.n_channels)} <= set(words)
    assert Image.open(inspector.export(tmp_path / "a.PNG")).width == 2880


def test_the_numbers_are_those_of_the_outputs(inspector: Any, tmp_path: Path) -> None:
    numbers = inspector.numbers()
    assert numbers["layer"] == ["conv1", "conv2", "flatten", "logits"]
    assert {len(column) for column in numbers.values()} == {4}
    for row, layer in enumerate(numbers["layer"]):
        values = outputs_of(inspector.probe.model, layer).astype(float)
        expected = (values.mean(), values.std(), values.min(), values.max(), (values == 0).mean())
        found = [numbers[name][row] for name in ("mean", "std", "min", "max", "zero_share")]
        assert found == pytest.approx(expected, rel=1e-5)
        dead = (values == 0).all(axis=tuple(range(values.ndim - 1))).sum()
        assert numbers["dead"][row] == dead
    assert numbers["dead"][0] == 1
    assert numbers["shape"][0] == "6×6×6"
    assert "findings" not in numbers
    rows = rows_of(inspector.export(tmp_path / "n.csv"))
    assert [row["layer"] for row in rows] == numbers["layer"]
    assert [float(row["mean"]) for row in rows] == numbers["mean"]


def test_findings_are_counted_once_there_is_a_report(inspector: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no report to export yet: diagnose\(\) makes one"):
        inspector.export(tmp_path / "r.md")
    assert list(tmp_path.iterdir()) == []
    report = inspector.diagnose()
    numbers = inspector.numbers()
    in_layers = [finding for finding in report if finding.layer]
    assert sum(numbers["findings"]) == len(in_layers)
    assert sum(numbers["severe"]) == sum(each.severity == "severe" for each in in_layers)
    written = inspector.export(tmp_path / "r.md").read_text(encoding="utf-8")
    assert written == report.save(tmp_path / "same.md").read_text(encoding="utf-8")
    assert inspector.export(tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert rows_of(inspector.export(tmp_path / "r.csv", "report"))[0]["kind"] == report[0].kind
    assert "kind" in rows_of(inspector.export(tmp_path / "n.csv"))[0]


def test_the_code_shows_the_same_again(inspector: Any, tmp_path: Path) -> None:
    inspector.layer = "conv2"
    inspector.dendrogram.cut = 0.25
    inspector.grid.colormap = "viridis"
    inspector.selection.selected = (1, 4)
    code = inspector.export(tmp_path / "view.py").read_text(encoding="utf-8")
    names = {"model": inspector.probe.model, "inputs": IMAGES[:4]}
    exec(code, names)
    again = names["inspector"]
    assert (again.layer, again.view, again.dendrogram.cut) == ("conv2", "outputs", 0.25)
    assert (again.grid.colormap, again.selection.selected) == ("viridis", (1, 4))
    inspector.view = "weights"
    exec(inspector.export(tmp_path / "view.py").read_text(encoding="utf-8"), names)
    assert (names["inspector"].view, names["inspector"].weight) == ("weights", "kernel")


REFUSED = [
    (("a.pdf",), ValueError, r"picture as \.png, \.svg; .*code as \.py; got the path '.*a\.pdf'"),
    (("a.png", "numbers"), ValueError, r"can be exported: numbers as \.csv; got '\.png'"),
    (("a.png", "film"), ValueError, "what must be one of .*picture.*got 'film'"),
    (("no/a.png",), FileNotFoundError, "its folder is missing"),
]


@pytest.mark.parametrize(("given", "kind", "words"), REFUSED)
def test_what_cannot_be_is_told_and_leaves_no_file(
    inspector: Any, tmp_path: Path, given: tuple[str, ...], kind: type[Exception], words: str
) -> None:
    name, *what = given
    with pytest.raises(kind, match=words):
        inspector.export(str(tmp_path / name), *what)
    assert list(tmp_path.iterdir()) == []


def test_no_path_is_refused(inspector: Any) -> None:
    with pytest.raises(TypeError, match="path must be a path"):
        inspector.export(None)
    with pytest.raises(ValueError, match=r"a file, such as 'conv1\.svg'"):
        inspector.export(" ")


def test_the_page_is_given_names_that_every_system_takes(inspector: Any) -> None:
    name, content = inspector.exported("picture", ".png")
    assert name == "conv1-outputs.png" and content.startswith(b"\x89PNG")
    assert inspector.exported("numbers", ".csv")[0] == "conv1-outputs-numbers.csv"
    from cnnviz_widgets.widgets.export.exports import Exports

    strange = Exports(f"../a b/<c>:1{'x' * 300}", lambda: None, dict)
    assert strange.file_name("picture", ".svg") == f"a-b-c-1{'x' * 53}.svg"
    assert Exports("///", lambda: None, dict).file_name("picture", ".png") == "picture.png"
    with pytest.raises(ValueError, match="no layer is shown"):
        strange.content("picture", ".png")
    with pytest.raises(ValueError, match="what must be 'picture' or 'numbers'; got 'report'"):
        strange.content("report", ".md")


def test_a_history_gives_the_moment_that_is_shown(tmp_path: Path) -> None:
    inspector = cv.ModelInspector(small_model(), IMAGES[:4])
    fit(inspector.probe.model, inspector.monitor("batch", None), epochs=2)
    viewer = cv.HistoryViewer(inspector.history)
    words = words_in(svg_of(viewer, tmp_path))
    assert words[0] == f"{viewer.layer} · outputs" and "as it was at step" in words[1]
    numbers = viewer.numbers()
    health = viewer.moment.health["conv2"]
    row = numbers["layer"].index("conv2")
    assert numbers["weight_norm"][row] == health.weight_norm > 0
    assert math.isnan(numbers["weight_norm"][numbers["layer"].index("flatten")])
    rows = rows_of(viewer.export(tmp_path / "n.csv"))
    assert rows[row]["weight_norm"] == str(health.weight_norm)
    with pytest.raises(
        ValueError, match=r"picture as \.png, \.svg; numbers as \.csv; got the path"
    ):
        viewer.export(tmp_path / "r.md")


def test_a_comparison_gives_both_sides(model: Any, tmp_path: Path) -> None:
    panel = cv.compare(model, small_model(seed=9), inputs=IMAGES[:4])
    panel.layer = "conv1"
    words = words_in(svg_of(panel, tmp_path))
    one, other = panel.head.titles
    assert words[0] == f"conv1 · {one} and {other}"
    assert {f"{one} · conv1", f"{other} · conv1"} <= set(words)
    assert sum(word.startswith("channel ") for word in words) == 6
    assert panel.numbers()["change"] == [each.change for each in panel.changes]
    assert Image.open(panel.export(tmp_path / "c.png")).width == 2880


@pytest.mark.parametrize(
    "shape", [(3, 5), (2, 9, 4), (2, 4, 5, 1), (1, 1, 1, 1), (2, 3, 4, 5, 2), (2, 2, 2, 2048)]
)
def test_every_kind_of_outputs_has_a_figure(shape: tuple[int, ...]) -> None:
    from cnnviz_widgets.records.layer_record import LayerRecord
    from cnnviz_widgets.widgets.export.figures.layer_figure import outputs_figure
    from cnnviz_widgets.widgets.export.figures.look import Look
    from cnnviz_widgets.widgets.export.figures.png_file import png_image
    from cnnviz_widgets.widgets.export.figures.svg_file import svg_file

    values = np.random.default_rng(0).normal(size=shape)
    values.flat[0] = np.nan
    figure = outputs_figure(LayerRecord.of(values), Look("t" * 3000, cut=0.4, colormap="diverging"))
    ElementTree.fromstring(svg_file(figure))
    assert png_image(figure, 1).width == 960
