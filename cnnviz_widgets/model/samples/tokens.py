"""Words for the tokens that an attention layer looks from and at."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...records.samples.token_names import TokenNames
from ..layers.layer_info import LayerInfo
from ..reading.probe import ModelProbe
from .pictures import Decode, token_ids

MOST_LETTERS = 24
"""Letters of a word that are told."""

# A decoder is asked for so many words one by one at the most.
_MOST_ASKED = 8192


def token_names(
    probe: ModelProbe, info: LayerInfo, targets: int, sources: int, decode: Decode | None = None
) -> TokenNames:
    """What a layer's targets and sources are called, where they are an input's tokens.

    They are taken for those of an input that the layer depends on and that is as long; where
    several are, and differ, nobody knows which, and where none is (a token of the model's own was
    added, or an image was cut into patches) they have no names but their numbers.

    Parameters
    ----------
    probe : ModelProbe
    info : LayerInfo
        Of the attention layer.
    targets, sources : int
        How many there are.
    decode : callable or sequence of str, optional
        As for `sample_pictures`; without it a token is called by its id. A function is asked for
        each id by itself.

    Returns
    -------
    TokenNames
        Of the first samples, as many as rows have pictures.
    """
    reached = {
        name: ids
        for name, ids in token_ids(probe, decode).items()
        if not info.inputs or name in info.inputs
    }
    sides = [_of_length(reached, length) for length in (targets, sources)]
    known = [ids.ravel() for ids in sides if ids is not None]
    if not known:
        return TokenNames()
    unique = np.unique(np.concatenate(known))
    words, note = _words(unique, decode)
    none = TokenNames()
    looked_up = [
        side if ids is None else np.searchsorted(unique, ids).astype(np.int32)
        for ids, side in zip(sides, (none.targets, none.sources), strict=True)
    ]
    return TokenNames(words, looked_up[0], looked_up[1], note)


def _of_length(inputs: Mapping[str, NDArray[np.int64]], length: int) -> NDArray[np.int64] | None:
    """The ids of the input of so many tokens; None where there is none, or several that differ."""
    fitting = [ids for ids in inputs.values() if ids.shape[1] == length]
    same = fitting and all(np.array_equal(fitting[0], other) for other in fitting[1:])
    return fitting[0] if same else None


def _words(ids: NDArray[np.int64], decode: Decode | None) -> tuple[tuple[str, ...], str]:
    """A word for each id, and what is to be known of them."""
    numbers = [str(each) for each in ids.tolist()]
    if decode is None:
        return tuple(numbers), ""
    if not callable(decode):
        told: list[object] = [decode[each] if each < len(decode) else "" for each in ids.tolist()]
    elif len(ids) > _MOST_ASKED:
        return tuple(numbers), f"Tokens are called by their ids: these are {len(ids):,} words."
    else:
        try:
            told = [decode(ids[at : at + 1]) for at in range(len(ids))]
        except Exception as error:  # it is made for whole samples: the ids do, and the page says so
            why = f"decode takes no single id ({type(error).__name__})"
            return tuple(numbers), f"Tokens are called by their ids: {why}."
    words = [each.strip()[:MOST_LETTERS] if isinstance(each, str) else "" for each in told]
    return tuple(word or f"id {number}" for word, number in zip(words, numbers, strict=True)), ""
