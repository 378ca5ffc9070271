"""What a first look at some values shows."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.density.sampling import first_look

from .samples import normal


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_values_next_to_zeros_of_either_sign(sign: int, dtype: type) -> None:
    rows = sign * np.abs(normal(400, 2)).astype(dtype)
    rows[:100], rows[100:200] = 0.0, -0.0
    seen = first_look(rows)
    np.testing.assert_array_equal(seen.low, rows[200:].min(axis=0))
    np.testing.assert_array_equal(seen.high, rows[200:].max(axis=0))
    assert seen.n.tolist() == [200, 200]
