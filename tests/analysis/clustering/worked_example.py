"""Channels whose distances are known by hand."""

from __future__ import annotations

import numpy as np

# Six channels of three values: (3, 4, 0), (0, 0, 1), (1, 0, 0), zero, NaN, (0, 0, 2).
# Distances: 0-2 is 1 - 3/5 = 0.4; 1-5 have one direction, 0; all other pairs of these four are
# at right angles, 1; the zero one is at 2 from each.
WORKED = np.array(
    [
        [3.0, 0, 1, 0, 1, 0],
        [4.0, 0, 0, 0, np.nan, 0],
        [0.0, 1, 0, 0, 0, 2],
    ]
)
