"""What widgets have in common that work beside their caller."""

from __future__ import annotations

from ...runtime.newest_work import NewestWork


class WorkBeside:
    """Works in a thread of its own, and can be waited for."""

    _work: NewestWork

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all that was asked for is done.

        Parameters
        ----------
        seconds : float, optional
            No longer than this.

        Returns
        -------
        bool
            Whether it is.
        """
        return self._work.wait(seconds)
