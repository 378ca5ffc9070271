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


def named_layers(layers: Sequence[LayerInfo], class_names: Sequence[str]) -> frozenset[str]:
    """Paths of the layers whose channels the class names are of."""
    outputs, count = output_layers(layers), len(class_names)
    return frozenset(
        info.path for info in layers if info.path in outputs and info.channels == count
    )


def misfit(layers: Sequence[LayerInfo], class_names: Sequence[str], of_samples: bool) -> str:
    """What to say of class names that are not as many as the channels of any output; "" else.

    Parameters
    ----------
    layers : sequence of LayerInfo
    class_names : sequence of str
    of_samples : bool
        Whether samples are called by them: of an image that the model makes they are none then.
    """
    if not class_names or named_layers(layers, class_names):
        return ""
    outputs = output_layers(layers)
    counts = {
        info.path: info.channels
        for info in layers
        if info.path in outputs
        and info.channels is not None
        and not (of_samples and (len(info.output_shape) > 2 or info.channels == 1))
    }
    return " ".join(misfit_of(path, count, class_names) for path, count in counts.items())


def misfit_of(path: str, channels: int, class_names: Sequence[str]) -> str:
    """Why the channels of an output are called by their numbers."""
    names = f"{len(class_names):,} name{'' if len(class_names) == 1 else 's'}"
    return (
        f"class_names has {names}, and {path} has {channels:,} "
        f"channel{'' if channels == 1 else 's'}: they are called by their numbers."
    )
