"""Dask's executor: a survey's shards on a cluster, one of whose workers is killed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnviz_widgets.model.survey.survey import survey

from ..everything import images, labels, small, survey_bits
from .parts import COUNT, MARK, killing_shard

distributed = pytest.importorskip("distributed")


@pytest.mark.filterwarnings("ignore")  # Dask's own, of ports and of a worker that is gone
def test_a_worker_of_a_cluster_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, str(tmp_path / "died"))
    model = small()
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        found = survey(model, killing_shard, shards=COUNT, executor=client.get_executor(retries=3))
    assert (tmp_path / "died").exists()
    assert survey_bits(found) == survey_bits(survey(model, images(), labels=labels()))
