"""What the channels of a classifier's output are called: by the classes that they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ...records.layer_picture import LayerPicture

if TYPE_CHECKING:
    from ...model.layers.layer_info import LayerInfo

# They make shares of scores, channel by channel, and stand for the same classes.
_OF_SCORES = frozenset({"Activation", "Softmax"})


def channel_name(channel: int, class_names: Sequence[str]) -> str:
    """``3``, or ``3 (cat)`` where the channel stands for a class."""
    known = 0 <= channel < len(class_names)
    return f"{channel} ({class_names[channel]})" if known else str(channel)


def output_layers(layers: Iterable[LayerInfo]) -> frozenset[str]:
    """Paths of the layers whose channels are those of the model's output.

    Those that no other layer reads, and what is before an activation that ends the model.
    """
    infos = {info.path: info for info in layers}
    read = {parent for info in infos.values() for parent in info.parents}
    outputs = {path for path in infos if path not in read}
    for path in list(outputs):
        while infos[path].kind in _OF_SCORES and len(infos[path].parents) == 1:
            path = infos[path].parents[0]
            outputs.add(path)
    return frozenset(outputs)


def names_for(
    record: LayerPicture, outputs: frozenset[str], class_names: Sequence[str]
) -> list[str]:
    """The class names of a record's channels; [] where they are no classes, or not as many."""
    fits = record.path in outputs and record.n_channels == len(class_names)
    return list(class_names) if fits else []
