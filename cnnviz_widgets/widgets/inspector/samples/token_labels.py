"""The words on the axes of attention, for the inputs that are shown."""

from __future__ import annotations

from ....model.reading.probe import ModelProbe
from ....model.samples.pictures import Decode
from ....model.samples.tokens import token_names
from ....records.place_record import NOW, PlaceRecord
from ....records.record_kind import ATTENTION
from ....records.samples.shown_inputs import ShownInputs
from ....records.samples.token_names import TokenNames
from ...views.channel_grid import ChannelGrid


class TokenLabels:
    """Names the tokens of a grid that shows attention.

    Parameters
    ----------
    grid : ChannelGrid
    decode : callable or sequence of str, optional
        As for `token_names`.
    """

    def __init__(self, grid: ChannelGrid, decode: Decode | None) -> None:
        self._grid = grid
        self._decode = decode
        # What the names are of: inputs stay the same objects for as long as they are shown.
        self._known: tuple[object, ...] = ()

    def show(self, present: PlaceRecord, probe: ModelProbe, inputs: ShownInputs | None) -> None:
        """Name the tokens of what is shown.

        Parameters
        ----------
        present : PlaceRecord
        probe : ModelProbe
            On the inputs of now.
        inputs : ShownInputs or None
            Which these are. What is of others has no names.
        """
        record = present.record
        is_same = present.step == NOW or present.inputs == inputs
        if record.kind != ATTENTION or not is_same:
            if self._known:
                self._known = ()
                self._grid.show_tokens(TokenNames())
            return
        targets, sources = record.shape[1:3]
        known = (present.place.layer, targets, sources, id(probe.inputs))
        if known != self._known:
            info = probe.info(present.place.layer)
            names = token_names(probe, info, targets, sources, self._decode)
            self._grid.show_tokens(names)
            self._known = known

    def let_go(self) -> None:
        """Forget what was named; the inspector is closed."""
        self._known = ()
