"""How an inspector follows training: the monitor that it makes, and what that tells it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from ...history.history import History
from ...history.memory_limit import DEFAULT_MEMORY
from ...model import ModelProbe
from ...model.training.monitor import Samples, TrainingMonitor
from ...model.training.pacing import Every
from ...model.training.progress import TrainingProgress
from ...model.training.reading import Reading
from ...records.place import Place
from ...validation.keywords import checked_keywords
from ...validation.objects import several
from ...validation.scalars import whole_number
from ...validation.texts import path_of
from ..jupyter.strict import makes_callback
from ..map.map_moments import MapMoments
from .diagnosis_state import DiagnosisState
from .shown import LayerDisplay
from .training_session import TrainingSession


class Monitored:
    """What shows a live model and can follow its training."""

    following: TrainingSession
    comm: Any
    _display: LayerDisplay
    _diagnosis: DiagnosisState
    _mapping: MapMoments | None

    @property
    def probe(self) -> ModelProbe:
        """The reader of the live model."""
        raise NotImplementedError

    @property
    def history(self) -> History | None:
        """What was kept of training so far; None before it, or where none is kept."""
        return self.following.story.history

    @makes_callback
    @checked_keywords
    def monitor(
        self,
        every: Every = "epoch",
        budget: float | None = 0.05,
        *,
        samples: Samples = None,
        layers: Sequence[str] = (),
        memory: int = DEFAULT_MEMORY,
        folder: str | os.PathLike[str] | None = None,
    ) -> TrainingMonitor:
        """A callback for `fit`, or for a loop of your own, through which this follows training.

        >>> model.fit(x, y, callbacks=[inspector.monitor()])

        Training's numbers are the same with it and without. What it reads is kept: the
        timeline at the foot goes back to any moment, `history` has them all.

        Parameters
        ----------
        every : 'epoch', 'batch' or int
            When an update is due: after each epoch, each batch, or so many batches. In a loop
            of your own, ``monitor.update()`` counts as a batch, and as an epoch.
        budget : float or None
            The share of the training time that updates may take on average: due ones are
            skipped to keep it, the last one never. None: no limit.
        samples : None, int or 'all'
            How many samples the updates between the first and the last one look at; those two look
            at all. None: all where the budget allows for that whenever an update is due, else at
            most 8, evenly spread. A number: so many, in any case. What is called dead is dead on
            all of them.
        layers : sequence of str
            Paths of layers to keep at every update, beside the one that is shown then.
        memory : int
            Bytes that the history may take; beyond it every second moment's pictures are given
            up, again and again. 0 keeps no history, unless there is a folder. A monitor with
            another memory or folder than the one before begins a new history, one with the same
            continues it.
        folder : path, optional
            Where to write every moment as it comes, each run in a folder of its own;
            `open_history` shows it again, in another kernel and without the model.

        Returns
        -------
        TrainingMonitor
            A Keras callback; ``update()`` for loops that use no `fit`.

        Raises
        ------
        TypeError, ValueError
            A setting or a layer that there is not; the message says what there is.
        OSError
            The folder cannot be written to.
        """
        probe = self.probe
        places = [Place(probe.info(path).path) for path in several("layers", layers, "paths")]
        whole_number("memory", memory, 0, "of bytes")
        if folder is not None:
            path_of("folder", folder)
        monitor = self.following.begin(
            self, every, budget, places, samples=samples, memory=memory, folder=folder
        )
        if self._mapping is not None:
            self._mapping.begin(budget)
        return monitor

    # What a monitor needs to know, and tells -------------------------------------------------

    @property
    def watched(self) -> Sequence[Place]:
        """What a monitor reads at each update: what is shown, and what is to be kept."""
        here = [] if self._display.place is None else [self._display.place]
        return list(dict.fromkeys([*here, *self.following.extra_places]))

    def on_moment(self, reading: Reading, final: bool) -> None:
        """Show and keep what a monitor has read; from the thread that trains."""
        if self.comm is None:
            return
        # The layers are those that were read: they need not be looked up for each part again.
        with self.probe.steady():
            self._diagnosis.follow(reading)
            self._display.follow(reading)
            self.following.keep(reading, *self._display.led_rows)
            self.following.tell(self._display.place)
            self._display.warn()
            # Last: whatever becomes of it, what was read is shown and kept.
            if self._mapping is not None:
                follow = partial(self._mapping.follow, reading.moment, final)
                self._mapping.state.view.do(follow)

    def on_training(self, progress: TrainingProgress) -> None:
        """Show how far training is."""
        if self.comm is not None:
            self.following.show(progress)
