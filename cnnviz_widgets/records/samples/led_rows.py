"""What leads the rows of some samples, whatever the model answers to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .row_heads import SampleAnswers, SamplePictures


@dataclass(frozen=True, eq=False)
class LedRows:
    """Samples as rows are led by them, before the model has answered.

    Attributes
    ----------
    pictures : SamplePictures
    truths : SampleAnswers
        What each is, and no answers.
    names : tuple of str
        What each is called; () where they have no names.
    """

    pictures: SamplePictures
    truths: SampleAnswers
    names: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, pictures: SamplePictures, answers: SampleAnswers, names: tuple[str, ...], most: int
    ) -> LedRows:
        """The first samples, so many at most."""
        return cls(pictures, answers.first(most).unanswered(), names[:most])

    def __len__(self) -> int:
        return len(self.truths)

    def answered(self, answers: SampleAnswers | None) -> SampleAnswers:
        """The samples with these answers; without any, where they are of other samples."""
        if answers is None or len(answers) != len(self):
            return self.truths
        return replace(answers, truths=self.truths.truths, truth_class=self.truths.truth_class)
