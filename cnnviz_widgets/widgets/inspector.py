"""ModelInspector: a live model in a notebook cell."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from ipywidgets import Box, VBox, Widget
from numpy.typing import ArrayLike, NDArray
from traitlets import Enum, Instance, Unicode, observe, validate

from ..analysis.measures import ChannelMeasures
from ..analysis.record import LayerRecord
from ..model import LayerInfo, ModelProbe
from .cell_progress import CellProgress
from .channel_grid import ChannelGrid
from .closing import parts_of
from .column_axis import ColumnAxis
from .dendrogram import Dendrogram
from .density_panel import DensityPanel
from .inspector_header import InspectorHeader
from .layer_selector import LayerSelector
from .layer_view import unchangeable
from .pictured import Pictured
from .selection import Selection

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ModelInspector"]


class ModelInspector(Pictured, VBox):
    """Layer selector, dendrogram, channel grid and densities of a live model, all linked.

    The model is read, never changed and never copied: after more training, `refresh` (or the
    button) shows its present weights. An unbuilt model is built by its first reading, as it
    would be by `fit`.

    Parameters
    ----------
    model : keras.Model
        Any Keras model: Sequential, functional, nested or subclassed.
    inputs : array, tensor, list or dict of them, or tf.data.Dataset
        What the model is shown: a few samples, 8 to 64, are enough for most questions.
    targets : array_like, optional
        Shape (samples, ...): what the model should answer. Whole numbers of shape (samples,)
        serve as `labels` where these are not given.
    labels : sequence of int or str, optional
        A name, or a number of `class_names`, for each sample: they stand before the rows.
    class_names : sequence of str, optional
        Names of the classes that whole-number labels count.
    layer : str, optional
        Path of the layer to show first; by default the first with an image as output.
    view : {'outputs'}
        What of the layer to show.

    Attributes
    ----------
    probe : ModelProbe
        The reader of the live model.
    record : LayerRecord
        What is shown: the layer's values, tree, densities and measures.

    Raises
    ------
    TypeError, ValueError
        No model, inputs that do not fit it, labels that do not fit the inputs, or a layer that
        does not exist; the message says what was given and what was expected.
    """

    layer = Unicode(help="Path of the layer shown; set it to show another.")
    view = Enum(["outputs"], "outputs", help="What of the layer is shown.")
    selection = Instance(Selection, help="Selected and hovered channels of the layer shown.")

    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        targets: ArrayLike | None = None,
        labels: Sequence[int | str] | None = None,
        class_names: Sequence[str] | None = None,
        layer: str | None = None,
        view: str = "outputs",
    ) -> None:
        if view != "outputs":
            raise ValueError(f"view must be 'outputs'; got {view!r}")
        self.probe = ModelProbe(model, inputs)
        self.targets = _checked_targets(targets, self.probe.samples)
        first = self.probe.info(layer) if layer is not None else _first_to_show(self.probe.layers)
        names = _sample_names(labels, self.targets, class_names, self.probe.samples)
        # Requests from the page may come on a thread of their own.
        self._lock = threading.RLock()
        self._cell: CellProgress | None = None
        self.record: LayerRecord | None = None
        self.measures: dict[str, ChannelMeasures] = {}
        selection = Selection()
        self.axis = ColumnAxis()
        self.header = InspectorHeader(warnings=_input_warnings(self.probe))
        self.selector = LayerSelector(self.probe.layers)
        self.dendrogram = Dendrogram(selection=selection, axis=self.axis)
        self.grid = ChannelGrid(selection=selection, axis=self.axis, sample_labels=names)
        self.density = DensityPanel(selection=selection)
        views = VBox([self.header, self.dendrogram, self.grid, self.density])
        views.add_class("cnnviz-inspector-views")
        panes = Box([self.selector, views])
        panes.add_class("cnnviz-inspector-panes")
        super().__init__([panes], view=view, selection=selection)
        self.add_class("cnnviz")
        self.add_class("cnnviz-inspector")
        try:
            with CellProgress(self.header) as self._cell, self._lock, self._reporting():
                self._read(first.path)
        except BaseException:
            self.close()
            raise
        finally:
            self._cell = None
        self.selector.observe(self._on_chosen, "layer")
        self.header.observe(self._on_asked, "_asked")

    def refresh(self) -> None:
        """Read the live model again now: every layer's health, and the layer shown.

        Layers that were added or taken away since are listed as they are now.

        Raises
        ------
        ModelCallError
            The model's own call raises; what was shown stays.
        """
        with self._lock, self._reporting():
            path = self.layer
            known = {info.path for info in self.probe.layers}
            self._read(path if path in known else _first_to_show(self.probe.layers).path)

    def __repr__(self) -> str:
        return f"<ModelInspector of {self.probe.model.name!r}, layer {self.layer!r}>"

    def picture(self) -> Image | None:
        """Dendrogram, grid and densities of the layer shown, as a still picture."""
        from .static_picture import inspector_picture

        if self.record is None:
            return None
        title = f"{self.header.title}   {self.header.facts}"
        return inspector_picture(self.record, title, self.grid.sample_labels)

    def close(self) -> None:
        """Close every part; the model stays as it is."""
        parts = [] if self.comm is None else parts_of(self)
        super().close()
        for part in parts:
            Widget.close(part)

    # What is shown follows the layer -------------------------------------------------------

    @validate("selection")
    def _same_selection(self, proposal: dict[str, Any]) -> Selection:
        selection: Selection = unchangeable(self, "selection", proposal["value"])
        return selection

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        return self.probe.info(proposal["value"]).path

    @observe("layer")
    def _on_layer(self, change: dict[str, Any]) -> None:
        """Show the layer; where that fails, show the one before again."""
        if self.record is not None and self.record.path == change["new"]:
            return
        with self._lock, self._reporting():
            try:
                self._show(change["new"], self._values(change["new"]))
            except BaseException:
                shown = "" if self.record is None else self.record.path
                self.set_trait("layer", shown)
                self.selector.layer = shown
                raise

    def _on_chosen(self, change: dict[str, Any]) -> None:
        """The page, or Python, chose a layer in the selector."""
        with self._lock, self._told_in_page():
            try:
                self.layer = change["new"]
            finally:
                self.selector.layer = self.layer

    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked to read again."""
        with self._lock, self._told_in_page():
            try:
                self.refresh()
            finally:
                self.header._answered = change["new"]

    def _read(self, path: str) -> None:
        """Every layer's measures and the values of one, in one pass, then show them."""
        values: list[NDArray[Any]] = []

        def measure(info: LayerInfo, array: NDArray[Any]) -> ChannelMeasures | None:
            last = _channels_last(info, array)
            if info.path == path:
                values.append(last)
            # A detector without a hit gives nothing, and has nothing to be measured.
            return LayerRecord.of(last, info.path).measures if last.size else None

        layers = self.probe.layers
        measured = self.probe.stream(measure, progress=self._progress)
        self._show(path, values[0])
        self.measures = {path: found for path, found in measured.items() if found is not None}
        with self.selector.hold_sync():
            self.selector.show_layers(layers)
            self.selector.show_measures(self.measures)

    def _values(self, path: str) -> NDArray[Any]:
        self._progress(-1.0, f"reading {path}")
        return _channels_last(self.probe.info(path), self.probe.outputs(path))

    def _show(self, path: str, values: NDArray[Any]) -> None:
        record = _record(values, path).complete(self._progress)
        info = self.probe.info(path)
        before = self.record
        views = (self.dendrogram, self.grid, self.density)
        try:
            for view in views:
                view.show(record)
        except BaseException:
            # Never two layers at once.
            for view in views:
                if before is not None:
                    view.show(before)
            raise
        self.record = record
        if before is None or (before.path, before.n_channels) != (path, record.n_channels):
            # Another layer's channels are others, though they have the same numbers.
            self.selection.selected = ()
            self.selection.hovered = -1
            self.axis.fit()
            self.dendrogram.cut = None
        with self.header.hold_sync():
            self.header.title = path
            self.header.facts = _facts(info, record)
        self.set_trait("layer", path)
        with self.selector.hold_sync():
            self.selector.layer = path
            self.selector._shown = path

    # Word to the page ----------------------------------------------------------------------

    def _progress(self, share: float, message: str) -> None:
        with self.header.hold_sync():
            self.header.progress = share
            self.header.message = message
        if self._cell is not None:
            self._cell.tick()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """The page says what goes on; an error stays there, and goes on to the caller."""
        try:
            yield
        except BaseException as error:
            self.header.error = _told(error)
            raise
        else:
            self.header.error = ""
        finally:
            self._progress(-1.0, "")

    @contextmanager
    def _told_in_page(self) -> Iterator[None]:
        """For requests from the page: no caller is there to see an error but the reader."""
        try:
            yield
        except Exception as error:
            self.header.error = _told(error)
            self.header.log.error("".join(traceback.format_exception(error)))


def _told(error: BaseException) -> str:
    text = str(error).strip()
    if isinstance(error, KeyboardInterrupt):
        text = "the reading was interrupted; what is shown is from before"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _channels_last(info: LayerInfo, array: NDArray[Any]) -> NDArray[Any]:
    """A layer's output with its channels on the last axis; a view, where that is possible."""
    if info.channel_axis is None or array.ndim < 3:
        return array
    return np.moveaxis(array, info.channel_axis, -1)


def _record(values: NDArray[Any], path: str) -> LayerRecord:
    if not values.size:
        raise ValueError(f"layer {path!r} gave no values on these inputs: shape {values.shape}")
    return LayerRecord.of(values, path)


def _first_to_show(layers: Sequence[LayerInfo]) -> LayerInfo:
    """The first layer whose output is images: METHOD's order begins at low abstraction."""
    if not layers:
        raise ValueError("the model has no layer to show: its call runs no Keras layer")
    some = [info for info in layers if 0 not in info.output_shape] or layers
    for info in some:
        if len(info.output_shape) == 4 and info.channel_axis is not None and info.parameters:
            return info
    return some[0]


def _facts(info: LayerInfo, record: LayerRecord) -> str:
    inner = " × ".join(str(size) for size in record.values.shape[1:-1])
    size = f" of {inner}" if inner else ""
    channels = "channel" if record.n_channels == 1 else "channels"
    samples = "sample" if record.n_samples == 1 else "samples"
    return (
        f"{info.kind} · {record.n_channels:,} {channels}{size} · {record.n_samples:,} {samples}"
        + (f" · {info.parameters:,} parameters" if info.parameters else "")
    )


def _input_warnings(probe: ModelProbe) -> list[str]:
    if not probe.nonfinite_inputs:
        return []
    return [
        f"The inputs hold {probe.nonfinite_inputs:,} values that are NaN or infinite: "
        "what the layers make of them says little about the model."
    ]


def _checked_targets(targets: ArrayLike | None, samples: int) -> NDArray[Any] | None:
    if targets is None:
        return None
    array = np.asarray(targets)
    if array.ndim == 0 or len(array) < samples:
        raise ValueError(
            f"targets must have one entry for each of the {samples} samples; "
            f"got shape {array.shape}"
        )
    return array[:samples]


def _sample_names(
    labels: Sequence[int | str] | None,
    targets: NDArray[Any] | None,
    class_names: Sequence[str] | None,
    samples: int,
) -> list[str]:
    """A name for each sample, from labels or whole-number targets; [] without either."""
    if labels is None:
        if targets is None or targets.ndim != 1 or targets.dtype.kind not in "iu":
            return []
        labels = targets.tolist()
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.dtype.kind not in "iubUO":
        raise ValueError(
            "labels must be whole numbers or names, of shape (samples,); got "
            f"{array.dtype} of shape {array.shape}"
            + (" (of one-hot labels take labels.argmax(-1))" if array.ndim == 2 else "")
        )
    given = array.tolist()
    if len(given) < samples:
        raise ValueError(
            f"labels must name each of the {samples} samples; got {len(given)} of them"
        )
    names = []
    for label in given[:samples]:
        if isinstance(label, str) or class_names is None:
            names.append(str(label))
            continue
        index = int(label)
        if not 0 <= index < len(class_names):
            raise ValueError(
                f"label {label} is no index of class_names, which has {len(class_names)} names"
            )
        names.append(str(class_names[index]))
    return names
