"""How an inspector surveys its model: from Python, or from the page beside other work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, cast

from ipywidgets import Widget

from ....model import ModelProbe, SurveyInterrupted, SurveyStopped, survey
from ....model.samples.pool import Pool
from ....model.samples.surveyed_inputs import source_of
from ....model.survey.chosen_layers import Layers
from ....model.survey.model_stamp import model_digest
from ....records.survey.survey import Survey
from ....runtime.progress import Progress, no_progress
from ....validation.keywords import checked_keywords
from ....validation.objects import optional_function
from ...jupyter.cell_progress import CellProgress
from ...jupyter.error_text import Refusal, logged_error
from ...jupyter.ownership import of_open
from ...linking.sample_selection import SampleSelection
from ...panels.samples import SamplesBar
from ...views.layer_views import LayerViews
from .survey_state import SurveyState

_BEGINNING = "beginning"


class _StopAsked(Exception):
    """The page asked to stop; the survey keeps what was done."""


class Surveying:
    """Surveys the model of an inspector, and shows what came out.

    Parameters
    ----------
    state : SurveyState
    pool : Pool or None
        What is surveyed where nothing else is given.
    bar : SamplesBar
        Its page asks for a survey, and for its end.
    probe : callable
        The reader of the live model, as it is now.
    refresh : callable
        Reads the model again, and shows it.
    trains : callable
        Whether a training is followed that has not ended.
    """

    def __init__(
        self,
        state: SurveyState,
        pool: Pool | None,
        bar: SamplesBar,
        *,
        probe: Callable[[], ModelProbe],
        refresh: Callable[[], None],
        trains: Callable[[], bool],
    ) -> None:
        self.state = state
        self._pool = pool
        self._bar = bar
        self._probe = probe
        self._refresh = refresh
        self._trains = trains
        self._is_closed = False
        self._stop = threading.Event()
        self._one_at_a_time = threading.Lock()
        bar.offer_survey(self.begin if pool is not None else None, self._stop.set)

    def run(self, data: Any, labels: Any, **options: Any) -> Survey:
        """Survey these, or the pool; raises as `ModelInspector.survey`."""
        if not self._one_at_a_time.acquire(blocking=False):
            raise RuntimeError("a survey is going on: stop it in the page, or wait for its end")
        try:
            self._stop.clear()
            return self._run(data, labels, options)
        finally:
            self._one_at_a_time.release()

    def begin(self) -> None:
        """Survey the pool beside all other work: the page asks for it, and can stop it.

        Raises
        ------
        Refusal
            A survey, or a training that this inspector follows, goes on.
        """
        if self._trains():
            raise Refusal("The model trains: survey it once that has ended.")
        if not self._one_at_a_time.acquire(blocking=False):
            raise Refusal("A survey is going on.")
        # What the page asks for from now on is of this one.
        self._stop.clear()
        self._bar.show_surveying(-1.0, _BEGINNING)
        threading.Thread(target=self._in_background, name="survey", daemon=True).start()

    def let_go(self) -> None:
        """Stop; the inspector is closed."""
        self._is_closed = True
        self._pool = None

    def _in_background(self) -> None:
        # No caller is there to see an error but the reader.
        error_in_page = ""
        try:
            self._run(None, None, {})
        except SurveyStopped as error:
            # Who stopped it before there was anything knows that there is nothing.
            if not isinstance(error.__cause__, _StopAsked):
                error_in_page = logged_error(self._bar, error)
        except Exception as error:
            error_in_page = logged_error(self._bar, error)
        finally:
            self._one_at_a_time.release()
        self._bar.error = error_in_page

    def _run(self, data: Any, labels: Any, options: Any) -> Survey:
        try:
            with CellProgress() as cell:
                return self._survey(data, labels, cell, options)
        except _StopAsked as stop:
            raise SurveyStopped("it was stopped before anything was surveyed", None) from stop
        finally:
            self._bar.show_surveying(-1.0, "")

    def _survey(self, data: Any, labels: Any, cell: CellProgress, options: Any) -> Survey:
        optional_function("progress", options.get("progress"))
        report = options.pop("progress", None) or no_progress

        def tell(share: float, message: str) -> None:
            if self._stop.is_set() or self._is_closed:
                raise _StopAsked("it was stopped in the page")
            self._bar.show_surveying(share, message)
            cell.tell(share, message)
            report(share, message)

        probe = self._probe()
        source = self._pool
        if data is None:
            data = self._pooled(tell)
        else:
            source = source_of(probe.model, data, labels)
        try:
            result = survey(probe, data, labels=labels, progress=tell, **options)
        except (SurveyStopped, SurveyInterrupted) as error:
            # Of a model that has changed meanwhile nothing is true any more.
            if error.survey is not None and error.survey.weights == model_digest(probe.model):
                self._show(error.survey, probe, source)
            if error.survey is None or not isinstance(error.__cause__, _StopAsked):
                raise
            return error.survey
        self._show(result, probe, source)
        return result

    def _pooled(self, tell: Callable[[float, str], None]) -> Any:
        if self._pool is None:
            raise ValueError(
                "nothing to survey: give data, or a pool to the inspector, "
                "ModelInspector(model, inputs, pool=(images, labels))"
            )
        self._pool.read(tell)
        return self._pool.samples

    def _show(self, result: Survey, probe: ModelProbe, source: Pool | None) -> None:
        self.state.take(result, probe, source)
        self._refresh()


class WithSurvey:
    """What an inspector offers of surveys: to make one, and the one that it rests on."""

    views: LayerViews
    _surveying: Surveying | None = None

    @property
    def surveyed(self) -> Survey | None:
        """What is shown rests on this where it has the layer; None without, or once it is stale."""
        return None if self._surveying is None else self._surveying.state.present

    @property
    def surveyed_selection(self) -> SampleSelection:
        """Selected ones of the samples surveyed that are points, by their numbers in the survey.

        >>> x_train[list(inspector.surveyed_selection.selected)]
        """
        selection: SampleSelection = self.views.embedding.surveyed_selection
        return selection

    @checked_keywords
    def survey(
        self,
        data: Any = None,
        labels: Any = None,
        *,
        layers: Layers = "activations",
        shards: int | None = None,
        executor: Executor | None = None,
        checkpoint: str | Path | None = None,
        key: Callable[[Any], Any] | None = None,
        like: Survey | None = None,
        progress: Progress | None = None,
    ) -> Survey:
        """Sum up every channel on many samples, and let what is shown rest on them.

        Health marks, densities, tree and findings are of these samples then; tiles and values
        stay those of the inputs. Once the model's weights change that is over, and the page says
        so.

        Parameters
        ----------
        data : optional
            As for `survey`; by default the pool that was given.
        labels, layers, shards, executor, checkpoint, key, like
            As for `survey`.
        progress : callable, optional
            As for `survey`, beside the bars in the cell and in the page.

        Returns
        -------
        Survey
            Of fewer samples, where it was stopped in the page.

        Raises
        ------
        TypeError, ValueError
            As `survey`; or there is neither data nor a pool.
        RuntimeError
            Another one is going on.
        ModelCallError
            The model's own call raises.
        SurveyStopped, SurveyInterrupted
            It ended early; what was done by then is shown.
        """
        surveying = of_open(cast(Widget, self), self._surveying, "model")
        options = {
            "layers": layers,
            "shards": shards,
            "executor": executor,
            "checkpoint": checkpoint,
            "key": key,
            "like": like,
            "progress": progress,
        }
        return surveying.run(data, labels, **options)
