"""What of a widget can be written into a file, and how it is done."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ...diagnosis.report import Report
from ...diagnosis.report_files import FORMATS as REPORT_FORMATS
from ...diagnosis.report_files import report_file
from ...runtime.whole_file import write_whole
from ...validation.texts import one_of, path_of
from ..jupyter.error_text import Refusal
from .figures.drawing import Drawing
from .figures.png_file import png_file
from .figures.svg_file import svg_file
from .numbers import Numbers, as_csv

What: TypeAlias = Literal["picture", "numbers", "report", "code"]

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "picture": (".png", ".svg"),
    "numbers": (".csv",),
    "report": tuple(REPORT_FORMATS),
    "code": (".py",),
}
"""What can be written, and how."""

OF_NUMBERS: Mapping[str, tuple[str, ...]] = {
    what: SUFFIXES[what] for what in ("picture", "numbers")
}
"""What can be written of a history or of a comparison."""

_LONGEST_NAME = 60


class NothingToExport(Refusal):
    """There is nothing yet of what was asked for."""


@dataclass(frozen=True)
class Exports:
    """What of a widget can be written into a file.

    Attributes
    ----------
    name : str
        Of the file, without a suffix, where none is given: such as ``conv1-outputs``.
    figure : callable
        Draws what is shown; None while nothing is.
    numbers : callable
        The few numbers of every layer.
    report : callable or None
        The last diagnosis, None before it; None where there is none ever.
    code : callable or None
        Lines that show the same again.
    """

    name: str
    figure: Callable[[], Drawing | None]
    numbers: Callable[[], Numbers]
    report: Callable[[], Report | None] | None = None
    code: Callable[[], str] | None = None

    @property
    def offered(self) -> dict[str, tuple[str, ...]]:
        """What can be written, and with which suffixes."""
        lacking = {"report": self.report, "code": self.code}
        return {
            what: suffixes
            for what, suffixes in SUFFIXES.items()
            if lacking.get(what, self) is not None
        }

    def write(self, path: str | os.PathLike[str], what: str | None = None) -> Path:
        """Write a file; by its suffix a picture, numbers, a report or code.

        Raises
        ------
        TypeError, ValueError
            No path; a suffix, or something to write, that there is not; nothing to be written.
        OSError
            It cannot be written there; what was there is as it was.
        """
        place = path_of("path", path, "a file, such as 'conv1.svg'")
        suffix = os.path.splitext(place)[1].lower()
        if what is None:
            fitting = [each for each, suffixes in self.offered.items() if suffix in suffixes]
            if not fitting:
                raise ValueError(f"{self._possible()}; got the path {place!r}")
            what = fitting[0]
        return write_whole(place, self.content(what, suffix))

    def content(self, what: str, suffix: str) -> bytes:
        """What stands in a file.

        Parameters
        ----------
        what : {'picture', 'numbers', 'report', 'code'}
        suffix : str
            Such as ``.svg``.

        Raises
        ------
        ValueError
            Something that there is not.
        NothingToExport
            Nothing is shown, or nothing was diagnosed.
        """
        one_of("what", what, self.offered)
        if suffix not in self.offered[what]:
            raise ValueError(f"{self._possible(what)}; got {suffix!r}")
        if what == "picture":
            return self._picture(suffix)
        if what == "numbers":
            return as_csv(self.numbers()).encode()
        if what == "report":
            return self._report(suffix)
        assert self.code is not None  # else it is not offered
        return self.code().encode()

    def file_name(self, what: str, suffix: str) -> str:
        """What a file is called that the page saves: no system refuses it."""
        ends = {"picture": "", "code": ""}
        name = f"{self.name}{ends.get(what, f'-{what}')}"
        plain = re.sub(r"[^\w.()\[\]-]+", "-", name).strip("-. ")
        return f"{plain[:_LONGEST_NAME] or what}{suffix}"

    def _picture(self, suffix: str) -> bytes:
        figure = self.figure()
        if figure is None:
            raise NothingToExport("There is nothing to export: no layer is shown")
        return png_file(figure) if suffix == ".png" else svg_file(figure)

    def _report(self, suffix: str) -> bytes:
        assert self.report is not None  # else it is not offered
        report = self.report()
        if report is None:
            raise NothingToExport("There is no report to export yet: diagnose() makes one")
        return report_file(report, f"report{suffix}")

    def _possible(self, only: str | None = None) -> str:
        offered = {what: each for what, each in self.offered.items() if only in (None, what)}
        words = "; ".join(f"{what} as {', '.join(each)}" for what, each in offered.items())
        return f"what can be exported: {words}"
