"""Places points and judges them: at once where that is little work, else beside the caller."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from ....analysis.embedding.neighbours import Neighbours
from ....analysis.embedding.scores import Look
from ....records.points.point_cloud import PointCloud
from ....records.points.point_picture import Method, PointPicture, point_picture
from ....runtime.newest_work import NewestWork, Turn
from .told_samples import ToldSamples

# So many multiplications take some 0.2 s.
_AT_ONCE = 2**29
# Word of progress goes to the page so often, in seconds.
_EVERY = 0.2


class Shows(Protocol):
    """Who shows points."""

    def show_picture(self, picture: PointPicture) -> None:
        """Show the points here."""

    def show_share(self, share: float) -> None:
        """Show how far t-SNE is."""

    def show_failure(self, error: Exception) -> None:
        """Say that the points could not be placed."""


class _Judged(NamedTuple):
    """Points with their scores, and what was told of the samples when they were judged."""

    picture: PointPicture
    told: ToldSamples


class Placing:
    """Places the points of one record after another.

    Parameters
    ----------
    view : Shows

    Attributes
    ----------
    picture : PointPicture or None
        The points as they are shown.
    told : ToldSamples
    """

    def __init__(self, view: Shows) -> None:
        self.picture: PointPicture | None = None
        self.told = ToldSamples()
        self._last: PointPicture | None = None
        self.work = NewestWork(view.show_failure)
        self._view = view

    def place(self, cloud: PointCloud, path: str, method: Method) -> PointPicture:
        """The points where they can be drawn at once; `improve` does the rest."""
        self.work.end()
        self.picture = point_picture(cloud, path, method, self._last)
        self._last = self.picture
        return self.picture

    def forget(self) -> None:
        """The same numbers are other samples from now on: they begin anew."""
        self.work.end()
        self._last = None

    def improve(self, method: Method) -> None:
        """Place the points by a method, if they are not, and judge them."""
        picture = self.picture
        self.work.end()
        if picture is None or not len(picture.cloud):
            return
        by_tsne = method == "tsne" and picture.can_be_better
        cloud = picture.cloud
        cost = cloud.values.size * len(cloud) + self.told.cost(cloud)
        if not by_tsne and cost <= _AT_ONCE:
            self._take(self._judged(picture).picture)
            return
        if by_tsne:
            self._view.show_share(0.0)
        self.work.begin(lambda turn: self._improve(turn, picture, by_tsne))

    def judge(self) -> None:
        """Judge the points anew, once they are placed: samples are told otherwise."""
        # What goes on looks at its end whether it judged by what is told then.
        if self.picture is not None and self.work.turn is None:
            self.improve("pca")

    def let_go(self) -> None:
        """Forget all; nobody looks any more."""
        self.work.end()
        self.picture = self._last = None
        self.told = ToldSamples()

    def _improve(self, turn: Turn, picture: PointPicture, by_tsne: bool) -> None:
        neighbours = None
        if by_tsne:
            neighbours = picture.neighbours(turn.look)
            placed = picture.by_tsne(neighbours, self._teller(turn))
            turn.tell(lambda: self._take(placed))
            picture = placed
        while not self._takes(turn, self._judged(picture, neighbours, turn.look)):
            turn.look()

    def _takes(self, turn: Turn, judged: _Judged) -> bool:
        """Take the scores, unless samples were told otherwise meanwhile; whether they are taken."""
        taken = False

        def take() -> None:
            nonlocal taken
            taken = judged.told is self.told
            if taken:
                self._take(judged.picture)
                # Who tells samples otherwise from now on has them judged anew.
                self.work.end()

        turn.tell(take)
        return taken

    def _teller(self, turn: Turn) -> Callable[[float], None]:
        last = time.monotonic()

        def tell(share: float) -> None:
            nonlocal last
            turn.look()
            if time.monotonic() - last >= _EVERY:
                last = time.monotonic()
                turn.tell(lambda: self._view.show_share(share))

        return tell

    def _judged(
        self,
        picture: PointPicture,
        neighbours: Neighbours | None = None,
        look: Look | None = None,
    ) -> _Judged:
        told, cloud = self.told, picture.cloud
        raw = told.raw_accuracy(cloud, look)
        return _Judged(picture.judged(told.labels(cloud), raw, neighbours, look), told)

    def _take(self, picture: PointPicture) -> None:
        self.picture = self._last = picture
        self._view.show_picture(picture)
