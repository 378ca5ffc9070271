"""A table that grows by a row at a time, beside a plain list of rows."""

from __future__ import annotations

import itertools
import math

import numpy as np

from cnnviz_widgets.history.number_table import NumberTable


def test_a_table_grows_and_shrinks_as_a_list_of_rows_does() -> None:
    rng = np.random.default_rng(0)
    table = NumberTable(2, block_bytes=200)
    rows: list[dict[str, tuple[float, float]]] = []
    for _ in range(400):
        if rows and rng.random() < 0.3:
            table.drop_last()
            rows.pop()
        elif rows and rng.random() < 0.05:
            kept = rng.random(len(rows)) < 0.7
            table = table.kept(kept)
            rows = list(itertools.compress(rows, kept))
        else:
            names = [name for name in "abcdefgh" if rng.random() < 0.5]
            rows.append({name: (float(rng.random()), math.nan) for name in names})
            table.append(rows[-1])
        assert len(table) == len(rows)
        column = table.column(0)
        for k, name in enumerate(table.names):
            expected = [row.get(name, (math.nan,))[0] for row in rows]
            np.testing.assert_array_equal(column[:, k], expected)
    index = len(rows) // 2
    assert {name: group[0] for name, group in table.row(index, list(rows[index])).items()} == {
        name: group[0] for name, group in rows[index].items()
    }
