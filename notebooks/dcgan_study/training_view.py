"""TrainingView: how far a training is, its losses, and the faces that it makes."""

from __future__ import annotations

import base64
import html
import io
import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import ipywidgets as widgets
import numpy as np
from IPython.display import DisplayHandle, display
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from cnnviz_widgets.analysis.thinning import evenly
from cnnviz_widgets.widgets.jupyter.cells import Run, this_run
from cnnviz_widgets.widgets.jupyter.png_fallback import PngFallback
from cnnviz_widgets.widgets.jupyter.subshells import answer_while_busy
from cnnviz_widgets.widgets.jupyter.widget_tree import parts_of

from .loss_curves import LossCurves, draw_losses
from .sheets import tiled

State: TypeAlias = Literal["training", "finished", "stopped", "interrupted", "not finite", "failed"]

# Earlier sheets at hand. The steps at which they are made depend on no clock.
MOST_SHEETS = 30
_PLANNED_SHEETS = 26
_COLUMNS = 4
# CSS pixels a side of one face, about; images larger than the limit are sent smaller.
_FACE, _LARGEST_FACE = 80, 96
# Seconds from one word about how far training is to the next, and between two pictures.
_TELL_EVERY, _DRAW_EVERY = 0.25, 1.0
# Share of the time that pictures may take, beside those of sheets that are kept.
_BUDGET = 0.02
_STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
_NOTE = (
    "The discriminator's loss is high when it takes real faces for generated ones or the reverse, "
    "the generator's when its faces are found out: they pull against each other, and neither falls "
    "steadily. Dashed: where the discriminator can only guess. Near 0, under a rising generator, "
    "it has won, and the generator learns little more. How good the faces are no loss tells: look "
    "at them. All sheets are made from the same 16 noise vectors; faces that are all alike are a "
    "failure, too."
)


class TrainingView(PngFallback, widgets.VBox):
    """Steps done and time left, the losses, and a sheet of faces from the same noise.

    Earlier sheets are a slide away; the page itself shows them, while the kernel trains and after
    it is gone. The cell's output carries a picture of the end, for readers without a kernel.

    Parameters
    ----------
    name : str
        What trains.
    steps : int
        How many steps there will be in all.
    sheets : dict of int to ndarray
        Sheets of earlier steps; this adds its own.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(
        self,
        name: str,
        steps: int,
        sheets: dict[int, NDArray[np.uint8]],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._name, self._steps, self._sheets, self._clock = name, steps, sheets, clock
        self._handle: DisplayHandle | None = None
        self._first_step = 0
        self._title = name
        self._losses = np.zeros((0, 2), np.float32)
        self._sheet: NDArray[np.uint8] | None = None
        # Times at which so many steps had been done, of late.
        self._marks: deque[tuple[float, int]] = deque(maxlen=40)
        self._start = self._asked = 0.0
        self._tell_at = self._draw_at = -math.inf

        planned = np.linspace(0, steps, _PLANNED_SHEETS).round().astype(np.int64)
        moments = evenly(np.union1d(planned, np.array([*sheets], np.int64)), MOST_SHEETS)
        last = len(moments)
        self._now = widgets.HTML()
        # Layouts and styles of their own would be three times as many widgets.
        same = {"layout": self._now.layout, "style": self._now.style}
        self._earlier = {int(step): widgets.HTML(**same) for step in moments}
        stack = widgets.Stack([*self._earlier.values(), self._now], selected_index=last)
        slider = widgets.SelectionSlider(
            options=[*(f"step {step:,}" for step in moments), "now"],
            index=last,
            description="Faces at",
            layout={"width": "auto"},
            style={"description_width": "initial"},
        )
        self._link = widgets.jslink((slider, "index"), (stack, "selected_index"))

        self._head, self._curves = widgets.HTML(), LossCurves(steps)
        faces = widgets.VBox([stack, slider])
        both = widgets.Box([self._curves, faces])
        faces.add_class("dcgan-faces")
        both.add_class("dcgan-parts")
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout={"display": "none"})
        note = widgets.HTML(f'<div class="dcgan-note">{html.escape(_NOTE)}</div>')
        super().__init__([style, self._head, both, note])
        self.add_class("dcgan-training")

    # For the loop that trains ---------------------------------------------------------------

    def begin(self, step: int, losses: NDArray[np.float32], samples: NDArray[np.float32]) -> None:
        """Show the view in the cell that runs, with the state before the first step.

        Parameters
        ----------
        step : int
            How many steps are done.
        losses : ndarray, shape (step, 2)
            The discriminator's and the generator's.
        samples : ndarray, shape (16, size, size, 3)
            Faces in [−1, 1], always from the same noise.
        """
        self._first_step = step
        self._asked = self._clock()
        self.show(step, losses, samples)
        for slot, shown in self._earlier.items():
            if slot in self._sheets:
                shown.value = _picture(self._sheets[slot], f"at step {slot:,}")
            else:
                why = "has not been reached" if slot > step else "was trained without pictures"
                shown.value = self._placeholder(f"Step {slot:,} {why}.")
        self._start = self._clock()
        for widget in (self, self._link):
            answer_while_busy(widget)
        _close_those_before()
        _shown[self.model_id] = (self, this_run())
        self._handle = display(self, display_id=True)

    def due(self, step: int) -> bool:
        """A step is done: tell how far training is, and whether `show` is to be called.

        Parameters
        ----------
        step : int
            Its number, from 1.
        """
        now = self._asked = self._clock()
        if not self._marks:
            # Counted from here: the first step builds the graph, which takes longer than others.
            self._marks.append((now, step))
        if now >= self._draw_at or step in self._earlier:
            return True
        if now >= self._tell_at:
            self._tell(step, "training")
        return False

    def show(self, step: int, losses: NDArray[np.float32], samples: NDArray[np.float32]) -> None:
        """Show the present state; arguments as those of `begin`."""
        self._draw(step, losses, samples)
        self._tell(step, "training")
        now = self._clock()
        self._draw_at = now + max(_DRAW_EVERY, (now - self._asked) / _BUDGET)

    def end(
        self,
        state: State,
        step: int,
        losses: NDArray[np.float32],
        samples: NDArray[np.float32] | None,
    ) -> None:
        """Show the last state, also to readers without a kernel.

        Parameters
        ----------
        state : {'finished', 'stopped', 'interrupted', 'not finite', 'failed'}
            How training ended.
        step, losses, samples
            As those of `begin`; without samples the last ones stay.
        """
        self._draw(step, losses, samples)
        self._tell(step, state)
        if self._handle is not None:
            self._handle.update(self)

    # What is seen ---------------------------------------------------------------------------

    def _tell(self, step: int, state: State) -> None:
        now = self._clock()
        self._tell_at = now + _TELL_EVERY
        if self._marks and step > self._marks[-1][1]:
            self._marks.append((now, step))
        self._title = f"{self._name} · {self._words(step, state)}"
        self._head.value = (
            f'<span class="dcgan-title">{html.escape(self._title)}</span>'
            f'<progress max="{max(self._steps, 1)}" value="{min(step, self._steps)}" '
            'aria-label="Steps of the training"></progress>'
        )

    def _words(self, step: int, state: State) -> str:
        where = f"step {step:,} of {self._steps:,}"
        if state == "training":
            return f"{where}{self._time_left(step)}"
        if state == "finished":
            if step == self._first_step:
                return f"{where} · trained before; a new Gan begins again"
            return f"{where} · done in {_duration(self._clock() - self._start)}"
        if state == "not finite":
            return f"ended at {where}: its losses are not finite; try a new Gan with another seed"
        if state == "failed":
            return f"failed at {where}; the error is told below"
        return f"{state} at {where}; run the cell again to go on"

    def _time_left(self, step: int) -> str:
        if len(self._marks) < 2:
            return ""
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return f" · {_duration((end - start) / (last - first) * (self._steps - step))} left"

    def _draw(
        self, step: int, losses: NDArray[np.float32], samples: NDArray[np.float32] | None
    ) -> None:
        self._losses = losses
        self._curves.show(losses)
        if samples is not None:
            self._sheet = _sheet(samples)
            self._now.value = _picture(self._sheet, f"now, at step {step:,}")
            if step in self._earlier:
                self._sheets[step] = self._sheet
                self._earlier[step].value = _picture(self._sheet, f"at step {step:,}")

    def _placeholder(self, words: str) -> str:
        width, height = _shown_size(self._sheet)
        style = f"width: {width}px; aspect-ratio: {width} / {height}"
        return f'<div class="dcgan-unreached" style="{style}">{words}</div>'

    def picture(self) -> Image.Image | None:
        """The present state as a still picture."""
        if self._sheet is None:
            return None
        return _still(self._title, self._losses, self._steps, self._sheet)

    def close(self) -> None:
        """Close every part of the view."""
        if self.comm is None:
            return  # closed, or never made
        parts = [*parts_of(self), self._link]
        _shown.pop(self.model_id, None)
        super().close()
        for part in parts:
            part.close()

    def __repr__(self) -> str:
        return f"<TrainingView: {self._title}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        alt = f"{self._title}: losses, and 16 generated faces"
        return {**data, "text/plain": self._title}, {**metadata, "image/png": {"alt": alt}}


# The views that cells have shown, by their numbers, and the runs of the cells.
_shown: dict[str, tuple[TrainingView, Run | None]] = {}


def _close_those_before() -> None:
    """Close the views that the cell which runs showed when it was run before.

    At its beginning: a page that is reloaded meanwhile waits for all widgets that there were then,
    and in vain for one that is closed at the end.
    """
    run = this_run()
    for view, before in list(_shown.values()):
        if run and before and run.cell == before.cell and run.request != before.request:
            view.close()


def _sheet(samples: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The samples in one sheet, large ones smaller."""
    sheet = tiled(samples, _COLUMNS)
    side = samples.shape[1]
    if side <= _LARGEST_FACE:
        return sheet
    height, width = (pixels * _FACE // side for pixels in sheet.shape[:2])
    return np.asarray(Image.fromarray(sheet).resize((width, height), Image.Resampling.LANCZOS))


def _shown_size(sheet: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height of a sheet on the page, a whole number of CSS pixels for each pixel."""
    height, width = sheet.shape[:2]
    zoom = max(1, round(_FACE * _COLUMNS / width))
    return zoom * width, zoom * height


def _picture(sheet: NDArray[np.uint8], when: str) -> str:
    """A sheet for the page."""
    with io.BytesIO() as file:
        Image.fromarray(sheet).save(file, "JPEG", quality=90, subsampling=0)
        data = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        f'<img alt="Generated faces, {when}" width="{_shown_size(sheet)[0]}" '
        f'src="data:image/jpeg;base64,{data}">'
    )


def _still(
    title: str, losses: NDArray[np.float32], steps: int, sheet: NDArray[np.uint8]
) -> Image.Image:
    """Losses and faces under their title."""
    figure = Figure(figsize=(9.6, 3.6), dpi=100, layout="constrained")
    figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    plot, faces = figure.subplots(1, 2, width_ratios=(2, 1))
    draw_losses(plot, losses, steps)
    faces.imshow(sheet, interpolation="nearest")
    faces.set_axis_off()
    with io.BytesIO() as file:
        figure.savefig(file)
        file.seek(0)
        return Image.open(file).convert("RGB").quantize(200)


def _duration(seconds: float) -> str:
    """Seconds as a reader says them."""
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
