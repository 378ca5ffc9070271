"""A layer's tally as plain arrays by name, and back: for files, and whatever else takes arrays.

C channels, K classes, m rows a sample, P positions; numbers are int64 where nothing else is said.

============================== =================================================================
``axes`` (n,)                  The rule: lengths of a sample's axes,
``octaves`` bool (C,)          whether cells are octaves,
``cell_centre`` float32 (C,)   about which point they lie,
``cell_exponent`` int16 (C,)   how wide they are at least,
``unit`` int16 (C,)            the exponent of the sums' unit,
``centre`` float64 (C,)        the point about which squares are.
``seen`` (2,)                  Samples, and values of each channel.
``zeros``, ``nonfinite``,      As in `LayerTally`.
``active``, ``fired``,
``faulty`` (C,)
``low``, ``high`` float32 (C,)
``sums``, ``squares`` (2, C)   float64
``cells_exponent`` int16 (C,)
``cells_counts`` (C, CELLS)    In the narrowest of uint8, uint16, uint32 that holds all counts.
``top_values`` (9, C)          float32; ``bottom_values`` are those negated.
``top_samples`` (9, C)         ``bottom_samples`` alike
``top_places`` int32 (9, C)    ``bottom_places`` alike
``class_samples`` (K,)
``class_fired`` (K, C)         ``class_known`` alike
``class_sums`` (2, K, C)       float64
``gram`` (2, C (C + 1) / 2)    float64; the upper triangle, row by row; of up to 512 channels.
``waiting_numbers`` (n,)       Samples whose rows are not in ``gram`` yet, block by block,
``waiting_rows`` (n, m, C)     float32, and these rows.
``kept_numbers`` (k,)          Samples that are kept, by ascending hash,
``kept_pooled`` (k, C)         float32, the means over their places,
``kept_labels`` (k,)           their classes.
``kept_rows_numbers`` (r,)     Those of which rows are kept,
``kept_rows`` (r, m, C)        float32, and these rows.
============================== =================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import frozen
from .channel_rule import ChannelRule
from .kept_samples import IN_ROWS, POOLED, KeptSamples
from .layer_tally import LayerTally
from .row_products import BLOCK, RowProducts
from .strongest import Strongest
from .value_cells import ValueCells

Arrays = Mapping[str, NDArray[Any]]

_PLAIN = ("zeros", "nonfinite", "active", "fired", "faulty", "low", "high", "sums", "squares")
_OF_CLASSES = ("class_samples", "class_fired", "class_known", "class_sums")
_OF_STRONGEST = ("values", "samples", "places")


def tally_arrays(tally: LayerTally) -> dict[str, NDArray[Any]]:
    """Everything that a tally holds, from which `tally_of` makes one that is equal in every bit.

    Arrays may be the tally's own: they are not to be changed.
    """
    kept, kept_rows = tally.kept.ordered(), tally.kept_rows.ordered()
    return {
        **tally.rule.arrays(),
        "seen": np.array([tally.samples, tally.values]),
        **{name: getattr(tally, name) for name in (*_PLAIN, *_OF_CLASSES)},
        "cells_exponent": tally.cells.exponent,
        "cells_counts": _narrow(tally.cells.counts),
        **{f"top_{name}": getattr(tally.top, name) for name in _OF_STRONGEST},
        **{f"bottom_{name}": getattr(tally.bottom, name) for name in _OF_STRONGEST},
        **(_product_arrays(tally.products, kept_rows) if tally.products is not None else {}),
        "kept_numbers": kept.numbers,
        "kept_pooled": kept.arrays["pooled"],
        "kept_labels": kept.arrays["label"],
        "kept_rows_numbers": kept_rows.numbers,
        "kept_rows": kept_rows.arrays["rows"],
    }


def tally_of(arrays: Arrays) -> LayerTally:
    """The tally whose `tally_arrays` these are; it shares no memory with them but what is kept."""
    own = {name: _native(array) for name, array in arrays.items()}
    rule_arrays = ("axes", "octaves", "cell_centre", "cell_exponent", "unit", "centre")
    rule = ChannelRule.of_arrays({name: frozen(own[name]) for name in rule_arrays})
    samples, values = own["seen"].tolist()
    return LayerTally(
        rule=rule,
        samples=samples,
        values=values,
        **{name: own[name] for name in (*_PLAIN, *_OF_CLASSES)},
        cells=ValueCells.of_counts(rule.cells, own["cells_exponent"], own["cells_counts"]),
        top=Strongest(*(own[f"top_{name}"] for name in _OF_STRONGEST)),
        bottom=Strongest(*(own[f"bottom_{name}"] for name in _OF_STRONGEST)),
        products=_products(own, rule.channels) if "gram" in own else None,
        kept=KeptSamples(
            own["kept_numbers"],
            {"pooled": own["kept_pooled"], "label": own["kept_labels"]},
            POOLED,
        ),
        kept_rows=KeptSamples(own["kept_rows_numbers"], {"rows": own["kept_rows"]}, IN_ROWS),
    )


def _native(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that can be written to, in this machine's order of bytes."""
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C")


def _narrow(counts: NDArray[Any]) -> NDArray[Any]:
    """Counts in the narrowest type that holds them."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))


def _product_arrays(products: RowProducts, kept_rows: KeptSamples) -> dict[str, NDArray[Any]]:
    waiting = list(products.waiting.values())
    # What none waits of has the shape of the rows that are kept.
    none = np.zeros((0, *kept_rows.arrays["rows"].shape[1:]), dtype=np.float32)
    rows, columns = np.triu_indices(products.gram.shape[-1])
    return {
        "gram": products.gram[:, rows, columns],
        "waiting_numbers": np.concatenate([np.zeros(0, np.int64), *(each for each, _ in waiting)]),
        "waiting_rows": np.concatenate([none, *(each for _, each in waiting)]),
    }


def _products(arrays: Arrays, channels: int) -> RowProducts:
    products = RowProducts.of_none(channels)
    rows, columns = np.triu_indices(channels)
    products.gram[:, rows, columns] = arrays["gram"]
    numbers, waiting = arrays["waiting_numbers"], arrays["waiting_rows"]
    cuts = np.flatnonzero(np.diff(numbers // BLOCK)) + 1
    for some, some_rows in zip(np.split(numbers, cuts), np.split(waiting, cuts), strict=True):
        if some.size:
            products.waiting[int(some[0]) // BLOCK] = some, some_rows
    return products
