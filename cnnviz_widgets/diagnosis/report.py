"""A report: what a diagnosis found, the worst first."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, overload

from ..runtime.whole_file import write_whole
from ..validation.objects import each_instance
from .findings import Finding, Skipped
from .report_files import report_file
from .report_table import as_html, as_text


@dataclass(frozen=True, repr=False)
class Report(Sequence[Finding]):
    """What a diagnosis found, the worst first; a sequence of `Finding`.

    Attributes
    ----------
    findings : tuple of Finding
    model : str
        The model's name.
    layers, samples : int
        How many layers were looked at, and on how many samples.
    notes : tuple of str
        What a reader must know of the whole, such as that the model looks untrained.
    skipped : tuple of Skipped
    """

    findings: tuple[Finding, ...]
    model: str = ""
    layers: int = 0
    samples: int = 0
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def __post_init__(self) -> None:
        each_instance("findings", self.findings, Finding)
        each_instance("skipped", self.skipped, Skipped)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """The whole report in plain lists, dicts, strings and numbers, ready for JSON.

        Numbers that JSON has no word for, NaN and infinity, become None.
        """
        plain: dict[str, Any] = _plain(self)
        return plain

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the report into a file: a page (.html), Markdown (.md) or a table (.csv).

        Parameters
        ----------
        path : path
            Of a file; its suffix says how the report is written.

        Returns
        -------
        Path
            Where it lies.

        Raises
        ------
        TypeError, ValueError
            No path, or another suffix.
        OSError
            It cannot be written there; what was there is as it was.
        """
        content = report_file(self, path)
        return write_whole(os.fspath(path), content)

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def _plain(value: Any) -> Any:
    """`value` without dataclasses and tuples."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
