"""One weight of a layer at one moment, and everything that is told of it [WL20 §1.2].

It is a `LayerRecord` whose channels are the outputs that the weight leads to, so that whatever
shows the densities and the tree of a layer's outputs shows those of its parameters, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis.arrays import as_floats, checked_values, frozen
from ..analysis.clustering.channel_tree import ChannelTree
from ..analysis.clustering.cosine_linkage import cosine_linkage
from ..analysis.clustering.leaf_order import checked_order
from ..analysis.subsampling import spread_like, tree_of_some
from ..analysis.tiles.layout import DEFAULT_BUDGET, columns_within
from ..analysis.tiles.tile_sheet import tile_sheet
from ..analysis.tiles.types import TileSheet
from ..validation.texts import text, texts
from .cached_property import cached_property
from .facts.parameter_facts import WINDOW_BUDGET, ParameterFacts, ParameterPicture
from .layer_picture import LayerPicture, PictureFacts
from .layer_record import MOST_COLUMNS, LayerRecord

# Products of two parameters that a tree may take: 3 s on two cores for 4,096³.
MOST_PRODUCTS = 7 * 10**10


@dataclass(frozen=True, eq=False)
class ParameterRecord(ParameterFacts, LayerRecord):
    """A weight's values at one moment, and what `analysis` makes of them.

    As a `LayerRecord`, with outputs for channels and inputs for samples: `tree`, `density` and
    `measures` tell of each output over all taps of all inputs. The bias is in none of them.

    Attributes
    ----------
    values : ndarray, shape (input, ..., output)
        The axes between are the taps: (input, height, width, output) for a 2-D convolution.
    bias : ndarray, shape (output,), or None
    name : str
        What the layer calls the weight.
    inputs, outputs : str
        What one entry of the first and of the last axis is.
    column_names : tuple of str
        A name for each input, where they are not one of a kind, such as the vectors of batch
        normalisation; () where they are. Such values have no taps.
    tap_names : tuple of str
        The gates of a recurrent cell, where these are the first axis of taps; else ().
    how : str
        What was done to the stored numbers, where the layer does not compute with these; else "".
    """

    bias: NDArray[Any] | None = None
    name: str = ""
    inputs: str = "input channel"
    outputs: str = "output channel"
    column_names: tuple[str, ...] = ()
    tap_names: tuple[str, ...] = ()
    how: str = ""

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        path: str = "",
        *,
        bias: ArrayLike | None = None,
        name: str = "",
        inputs: str = "input channel",
        outputs: str = "output channel",
        column_names: Sequence[str] = (),
        tap_names: Sequence[str] = (),
        how: str = "",
        like: ArrayLike | None = None,
    ) -> ParameterRecord:
        """A record of a weight, after a look at whether it can be shown.

        Parameters
        ----------
        values : array_like, shape (input, ..., output) or (output,)
            Real numbers. A single axis is the outputs, of one input.
        path : str
            The layer's path in its model.
        bias : array_like, shape (output,), optional
        name, inputs, outputs, column_names, tap_names, how
            As the attributes.
        like : array_like of int, optional
            The `tree.columns` of an earlier record of the same weight, which the order of the
            outputs is to be near.

        Raises
        ------
        TypeError
            Values or bias are not real numbers, or `like` is not whole ones.
        ValueError
            There are no values, the bias has not one number per output, the names are not
            one per input, or per entry of the first axis of taps, or `like` is no list of
            outputs.
        """
        array = checked_values(values)
        for word, given in zip(
            ("path", "name", "inputs", "outputs"), (path, name, inputs, outputs), strict=True
        ):
            text(word, given)
        if array.ndim == 1:
            array = array[np.newaxis]
        names = tuple(texts("column_names", column_names))
        if names and array.shape[:-1] != (len(names),):
            raise ValueError(
                f"named columns need values of shape (column, output); got {len(names)} names "
                f"for shape {array.shape}"
            )
        gates = tuple(texts("tap_names", tap_names))
        if gates and (array.ndim < 3 or array.shape[1] != len(gates)):
            raise ValueError(
                "named taps need values of shape (input, tap, ..., output); got "
                f"{len(gates)} names for shape {array.shape}"
            )
        added = None if bias is None else checked_values(bias, name="bias")
        if added is not None and added.shape != array.shape[-1:]:
            raise ValueError(
                f"bias must have one number for each of {array.shape[-1]} outputs; "
                f"got shape {added.shape}"
            )
        earlier = None if like is None else checked_order(like, array.shape[-1])
        return cls(array, path, added, name, inputs, outputs, names, gates, how, like=earlier)

    @cached_property
    def tree(self) -> ChannelTree:
        """Which outputs are alike in their parameters, without the bias [WL20 Eq. 1].

        Where every output against every other would be more than `MOST_PRODUCTS` products, only
        some outputs are compared, spread evenly, but all of those that are not finite listed;
        `omissions` says so. Those compared at the earlier moment of `like` are compared again.
        """
        tree = self._unturned_tree()
        return tree if self.like is None else tree.near(self.like)

    def _unturned_tree(self) -> ChannelTree:
        if not self._compares_some:
            return cosine_linkage(self.values, linkage=self.linkage)
        per_output = self.n_inputs * self.n_taps
        most = max(2, min(MOST_COLUMNS, math.isqrt(MOST_PRODUCTS // per_output)))
        measures = self.measures
        other = np.flatnonzero(~(measures.dead | measures.nonfinite))
        # Zero outputs are a finding, and join the tree at no cost: none goes for being rare.
        zero = np.flatnonzero(measures.dead)
        chosen = np.union1d(spread_like(other, most, self.like), spread_like(zero, most, self.like))
        return tree_of_some(self.values, chosen, measures.nonfinite, self.linkage)

    @property
    def _compares_some(self) -> bool:
        products = self.n_channels**2 * self.n_inputs * self.n_taps
        return self._too_many or (not self.whole and products > MOST_PRODUCTS)

    @property
    def _draws_some(self) -> bool:
        # Weights have few outputs beside what they take in.
        return False

    @property
    def _most_columns(self) -> int:
        # The sheet makes room for its rows by averaging.
        return MOST_COLUMNS

    @cached_property
    def tiles(self) -> TileSheet:
        """The picture: outputs down in the order of `columns`, inputs across [WL20 Fig. 6, 7, 9].

        Row i of the sheet is the output ``columns[i]``; the sheet's own `columns` are the
        inputs. Its kind is 'vector' where the columns have names and 'strip' where there are
        no taps: one tile a row, over its own range, a pixel per input. Otherwise every input
        has a tile of its taps: 'sequence', 'image' or 'volume' for 1, 2 or 3 axes of taps.

        It fits `DEFAULT_BUDGET`: taps are averaged in a tile, and where one pixel a tile is
        still too much, the sheet is a strip of each tile's mean, its reduction (taps, inputs).
        """
        return self._sheet(self.columns, np.arange(self.n_inputs), DEFAULT_BUDGET)

    def window(
        self, rows: tuple[int, int], columns: tuple[int, int], budget: int = WINDOW_BUDGET
    ) -> TileSheet:
        """A part of the picture by itself: exact, or at least less averaged than the whole.

        Parameters
        ----------
        rows : tuple of int
            First row of the picture, and the one after the last: outputs in the order of
            `self.columns`.
        columns : tuple of int
            First input, and the one after the last.
        budget : int
            The most bytes that the sheet may take. It is exact where that is enough:
            its `reduction` is (1, 1).

        Returns
        -------
        TileSheet
            As `tiles`; its tiles' ranges are those of what the window holds.

        Raises
        ------
        ValueError
            The window is empty or reaches outside the picture, or not even one pixel a row fits
            the budget.
        """
        self._check_window(rows, columns)
        return self._sheet(self.columns[slice(*rows)], np.arange(*columns), budget)

    def _sheet(self, outputs: NDArray[Any], inputs: NDArray[Any], budget: int) -> TileSheet:
        """The picture of some outputs and of neighbouring inputs."""
        first, stop = int(inputs[0]), int(inputs[-1]) + 1
        part = self.values[first:stop]
        by_output = part.swapaxes(0, -1)
        if not self.column_names:
            drawn = (outputs.size, *by_output.shape[1:])
            if self.n_taps == 1:
                return self._strip(by_output.reshape(self.n_channels, -1), outputs, first, budget)
            if columns_within(drawn, budget) < inputs.size:
                return self._strip_of_means(_tap_means(part, outputs), first, budget)
        sheet = tile_sheet(by_output, rows=outputs, budget=budget)
        return replace(
            sheet, columns=frozen(sheet.columns + np.int32(first)), total_channels=self.n_inputs
        )


def as_parameters(
    values: ArrayLike | LayerPicture, bias: ArrayLike | None = None
) -> ParameterPicture:
    """A record of parameters that may be one already.

    Raises
    ------
    TypeError
        A record of something else.
    ValueError
        A bias beside a record, which has its own.
    """
    if isinstance(values, ParameterFacts):
        if bias is not None:
            raise ValueError("a bias goes with an array of values; a ParameterRecord has its own")
        return values
    if isinstance(values, PictureFacts):
        raise TypeError(
            "expected an array (input, ..., output) or a ParameterRecord; got a LayerRecord, "
            "whose values are a layer's outputs"
        )
    return ParameterRecord.of(cast(ArrayLike, values), bias=bias)


def _tap_means(values: NDArray[Any], outputs: NDArray[Any]) -> NDArray[Any]:
    """The mean over the taps, shape (output, input), of the chosen outputs."""
    taps = tuple(range(values.ndim - 2))
    means = np.empty((len(values), outputs.size), dtype=as_floats(values[:1, ..., :1]).dtype)
    for mean, taken in zip(means, values, strict=True):
        as_floats(taken[..., outputs]).mean(axis=taps, out=mean)
    return means.T
