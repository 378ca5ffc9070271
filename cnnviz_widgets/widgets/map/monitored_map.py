"""How a map of its own follows a training: its monitor, its history, and the maps kept in it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...history.history import History
from ...history.memory_limit import DEFAULT_MEMORY
from ...model import ModelProbe
from ...model.training.monitor import Samples, TrainingMonitor
from ...model.training.pacing import Every
from ...model.training.progress import TrainingProgress
from ...model.training.reading import Reading
from ...records.map.station_change import MapChanges
from ...records.place import Place
from ...validation.keywords import checked_keywords
from ...validation.scalars import whole_number
from ...validation.texts import path_of
from ..jupyter.cells import after_each_cell
from ..jupyter.ownership import of_open
from ..jupyter.strict import makes_callback
from ..panels.selector import layer_entries
from .map_moments import MapMoments
from .map_subject import MapSubject


class MonitoredMap:
    """A map that can follow the training of its model."""

    comm: Any
    _subject: MapSubject | None
    _moments: MapMoments | None = None
    _history: History | None = None
    _monitor: TrainingMonitor | None = None
    _settings: object = None
    _trains = False

    @property
    def probe(self) -> ModelProbe:
        """The reader of the live model."""
        return of_open(self, self._subject, "model").probe

    @property
    def history(self) -> History | None:
        """What was kept of training so far; None before it."""
        return self._history

    @makes_callback
    @checked_keywords
    def monitor(
        self,
        every: Every = "epoch",
        budget: float | None = 0.05,
        *,
        samples: Samples = None,
        memory: int = DEFAULT_MEMORY,
        folder: str | os.PathLike[str] | None = None,
    ) -> TrainingMonitor:
        """A callback for `fit`, or for a loop of your own, through which the map follows training.

        >>> model.fit(x, y, callbacks=[network_map.monitor()])

        Training's numbers are the same with it and without. At each update channels are grouped
        anew, as near to the groups before as they can be, as far as half of the budget allows;
        edges are measured at the last update, and at every fourth map at most. All maps are kept in
        `history`, and `show_moment` shows them again.

        Parameters
        ----------
        every : 'epoch', 'batch' or int
            When an update is due: after each epoch, each batch, or so many batches.
        budget : float or None
            The share of the training time that updates may take on average: due ones are
            skipped to keep it, the last one never. None: no limit.
        samples : None, int or 'all'
            How many samples the few numbers of every layer rest on between the first update and the
            last, as of an inspector's monitor; the map rests on all.
        memory : int
            Bytes that the history may take; beyond it every second map is given up, again and
            again. A monitor with another memory or folder than the one before begins a new history.
        folder : path, optional
            Where to write every moment and map as it comes; `open_history` shows them without the
            model.

        Returns
        -------
        TrainingMonitor
            A Keras callback; ``update()`` for loops that use no `fit`.

        Raises
        ------
        TypeError, ValueError
            A setting that there is not.
        OSError
            The folder cannot be written to.
        """
        probe, moments = self.probe, of_open(self, self._moments, "map")
        whole_number("memory", memory, 0, "of bytes")
        where = None if folder is None else os.path.abspath(path_of("folder", folder))
        settings = (memory, where, tuple(info.path for info in probe.layers))
        before = self._monitor if settings == self._settings else None
        monitor = TrainingMonitor(
            self,
            every,
            budget=budget,
            samples=samples,
            first_step=0 if before is None else before.progress.step,
            reader=None if before is None else before.reader,
        )
        if before is None:
            entries = layer_entries(probe.layers)
            self._history = History(entries, memory=memory, folder=where, model=probe.model.name)
            self._settings = settings
            moments.show(None)
        if self._monitor is None:
            after_each_cell(self._after_cell)
        self._monitor = monitor
        moments.begin(budget)
        return monitor

    @property
    def moments(self) -> tuple[int, ...]:
        """Of which steps of the training a map was kept."""
        return of_open(self, self._moments, "map").steps

    def show_moment(self, step: int | None) -> None:
        """Show the map of a step of the training, or the last one before it.

        Parameters
        ----------
        step : int or None
            None: the model as it is now.

        Raises
        ------
        ValueError
            There is no map of it or before it; the message says of which steps there are.
        """
        of_open(self, self._moments, "map").show(step)

    def changes(self, a: int, b: int) -> MapChanges:
        """What changed first between two maps of the training.

        Parameters
        ----------
        a, b : int
            Two of `moments`.

        Returns
        -------
        MapChanges
            Station by station, the first to change at the head.

        Raises
        ------
        ValueError
            There is no map of these steps, or the second is not behind the first.
        """
        return of_open(self, self._moments, "map").changes(a, b)

    # What a monitor needs to know, and tells -----------------------------------------------------

    @property
    def watched(self) -> Sequence[Place]:
        """What a monitor is to record whole: nothing but numbers is looked at."""
        return ()

    def on_moment(self, reading: Reading, final: bool) -> None:
        """Keep what a monitor has read, and make the map; from the thread that trains."""
        history, moments = self._history, self._moments
        if self.comm is None or history is None or moments is None:
            return
        moment = reading.moment
        with self.probe.steady():
            last = history[-1] if len(history) else None
            if last is not None and last.step == moment.step and not moment.logs:
                moment = replace(moment, epoch=last.epoch, logs=last.logs)
            history.append(moment, onsets=reading.onsets, logs=reading.batches)
            moments.follow(moment, final)

    def on_training(self, progress: TrainingProgress) -> None:
        """Say why a look failed, where it did."""
        moments = self._moments
        if self.comm is None or moments is None:
            return
        moments.state.view.error = progress.error
        before, self._trains = self._trains, progress.state in ("training", "paused", "stopping")
        if before and not self._trains and self._history is not None:
            self._history.sync()

    def _after_cell(self) -> None:
        """Training is over with its cell; Keras tells nobody where it was interrupted."""
        if self._trains and self._monitor is not None:
            self._monitor.catch_up()
            self.on_training(self._monitor.progress)
