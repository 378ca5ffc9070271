"""A survey that could not be finished: what was done by then is kept."""

from __future__ import annotations

from typing import Any

from ...records.survey.survey import Survey


class _Unfinished(BaseException):
    """What both have."""

    survey: Survey | None

    def __init__(self, message: str, survey: Survey | None) -> None:
        super().__init__(message)
        self.survey = survey

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is made anew of its message alone; its cause stays behind.
        return type(self), (str(self), self.survey)


class SurveyStopped(_Unfinished, RuntimeError):
    """A survey ended before all samples were seen; the cause is its ``__cause__``.

    Attributes
    ----------
    survey : Survey or None
        What was added up by then; None where nothing was.
    """


class SurveyInterrupted(_Unfinished, KeyboardInterrupt):
    """An interrupt from the keyboard during a survey.

    Attributes
    ----------
    survey : Survey or None
        What was added up by then; None where nothing was.
    """
