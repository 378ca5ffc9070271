"""What is known of the samples that are points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....analysis.embedding.raw_inputs import raw_rows
from ....analysis.embedding.rows import point_rows
from ....analysis.embedding.scores import Look, class_accuracy
from ....records.points.point_cloud import PointCloud, surveyed_ids
from ....records.samples.row_heads import SampleAnswers


class ToldSamples:
    """Classes, answers and inputs of samples.

    Parameters
    ----------
    answers : SampleAnswers
    numbers : ndarray of int, shape (sample,), optional
        Which samples they are of, as `PointCloud.ids`, ascending; by default 0, 1, ….
    raw : ndarray, shape (sample, ...), optional
        The inputs.
    """

    def __init__(
        self,
        answers: SampleAnswers | None = None,
        numbers: Indices | None = None,
        raw: NDArray[np.generic] | None = None,
    ) -> None:
        self.answers = SampleAnswers.none(0) if answers is None else answers
        self.raw = raw
        self._numbers = np.arange(len(self.answers)) if numbers is None else numbers
        self._accuracy: tuple[bytes, float | None] | None = None

    @classmethod
    def beside(
        cls,
        answers: SampleAnswers,
        raw: NDArray[np.generic] | None,
        surveyed: Indices | None,
    ) -> ToldSamples:
        """Of samples of a survey, by their numbers, descending, and of all that are shown."""
        if surveyed is None:
            return cls(answers, raw=raw)
        shown = np.arange(len(answers) - len(surveyed))
        return cls(answers, np.concatenate([surveyed_ids(surveyed), shown]), raw)

    def with_answers(self, answers: SampleAnswers) -> ToldSamples:
        """The same samples with other answers."""
        same = len(answers) == len(self.answers)
        told = ToldSamples(answers, self._numbers if same else None, self.raw)
        told._accuracy = self._accuracy
        return told

    def places(self, cloud: PointCloud) -> Indices:
        """Where what is known of each point stands; −1 where nothing is; none of channels."""
        if cloud.subject == "channels":
            return np.arange(0)
        if not len(self._numbers):
            return np.full(len(cloud), -1)
        ids = cloud.ids
        first = np.searchsorted(self._numbers, ids).clip(0, len(self._numbers) - 1)
        return np.where(self._numbers[first] == ids, first, -1)

    def labels(self, cloud: PointCloud) -> NDArray[np.int32]:
        """The class of each point; −1 where it is not known."""
        places = self.places(cloud)
        if not len(places) or not len(self.answers):
            return np.full(len(cloud), -1, np.int32)
        return np.where(places >= 0, self.answers.truth_class[places], -1).astype(np.int32)

    def cost(self, cloud: PointCloud) -> int:
        """How many multiplications the accuracy of the inputs takes."""
        if self.raw is None or cloud.subject == "channels":
            return 0
        return len(cloud) ** 2 * int(raw_rows(self.raw[:1]).shape[1])

    def raw_accuracy(self, cloud: PointCloud, look: Look | None = None) -> float | None:
        """How well the inputs alone tell the classes of a cloud's samples."""
        places, labels = self.places(cloud), self.labels(cloud)
        if self.raw is None or not len(places) or places.min() < 0 or places.max() >= len(self.raw):
            return None
        key = places.tobytes() + labels.tobytes()
        if self._accuracy is None or self._accuracy[0] != key:
            rows = point_rows(raw_rows(self.raw[places]))
            accuracy = class_accuracy(rows.values, labels[rows.numbers], look=look)
            self._accuracy = key, accuracy
        return self._accuracy[1]
