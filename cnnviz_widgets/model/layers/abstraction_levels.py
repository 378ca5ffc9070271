"""The abstraction level of a layer: how far it is from the images, in the model's graph.

[WL20 §1.3.1]: a layer near an image end of the network, input or output, is of low abstraction,
one far from it of high. Pure graph work; knows nothing of Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

Shape = Sequence[int | None]


def is_image(shape: Shape, is_float: bool = True) -> bool:
    """Whether a batch of this shape can be a batch of images.

    Parameters
    ----------
    shape : sequence of int or None
        With the batch first: (batch, height, width, channel) or (batch, channel, height, width).
    is_float : bool
        Whether the values are floating-point numbers. Integers are taken for an image only with
        1, 3 or 4 channels last, as pixels are before they are rescaled.

    Returns
    -------
    bool
        True for rank 4 with 1 to 4 channels and more than one pixel each way.
    """
    if len(shape) != 4:
        return False
    size = spatial_size(shape)
    if size is None or min(size) < 2:
        return False
    return is_float or shape[3] in (1, 3, 4)


def image_channel_axis(shape: Shape) -> int | None:
    """Axis of the channels in a batch of images: -1, 1, or None where no axis can be it."""
    if shape[3] is not None and 1 <= shape[3] <= 4:
        return -1
    return 1 if shape[1] is not None and 1 <= shape[1] <= 4 else None


def spatial_size(shape: Shape) -> tuple[int, int] | None:
    """(height, width) of an image batch, or None where no axis can be its channels."""
    axis = image_channel_axis(shape)
    if axis is None:
        return None
    height, width = (shape[1], shape[2]) if axis == -1 else (shape[2], shape[3])
    # An unknown size (fully convolutional) is no reason against an image.
    return height or 2, width or 2


def output_is_image_end(shape: Shape, image_inputs: Iterable[Shape]) -> bool:
    """Whether a model's output is an image, given the shapes of the inputs that are.

    A generator has no image input: any image shape will do. Next to an image input, the output
    counts only when it is at least half as high and wide and has as many channels, or 1 or 3:
    the last feature map of a backbone may have the shape of an image, too.
    """
    if not is_image(shape):
        return False
    others = list(image_inputs)
    return not others or any(_is_like(shape, other) for other in others)


def _is_like(shape: Shape, other: Shape) -> bool:
    size, least = spatial_size(shape), spatial_size(other)
    axis, other_axis = image_channel_axis(shape), image_channel_axis(other)
    if size is None or least is None or axis is None or other_axis is None:
        return False
    large = 2 * size[0] >= least[0] and 2 * size[1] >= least[1]
    return large and shape[axis] in (1, 3, other[other_axis])


def distances(
    parents: Sequence[Iterable[int]],
    sources: Iterable[int],
    starts: Iterable[int] = (),
    step: Callable[[int, int], int] = lambda parent, node: 1,
) -> list[int | None]:
    """Longest distance, in layers, of each node from the sources of a directed acyclic graph.

    The longest way counts, since a shortcut round a block does not make what the block computes
    any less abstract.

    Parameters
    ----------
    parents : sequence of iterable of int
        For each node, the nodes it depends on, all of them earlier in the sequence. Numbers below
        zero stand for the model's inputs.
    sources : iterable of int
        The inputs (below zero) from which the distance counts; their own is 0.
    starts : iterable of int
        Nodes that are themselves at distance 0.
    step : callable
        How far it is from a node's parent to the node.

    Returns
    -------
    list of int or None
        None for a node that no source leads to.
    """
    known: dict[int, int] = dict.fromkeys([*sources, *starts], 0)
    for node, before in enumerate(parents):
        ways = [known[parent] + step(parent, node) for parent in before if parent in known]
        if ways:
            known[node] = max(ways)
    return [known.get(node) for node in range(len(parents))]


def inputs_reaching(parents: Sequence[Iterable[int]]) -> list[tuple[int, ...]]:
    """Which of the model's inputs each node of a directed acyclic graph depends on.

    Parameters
    ----------
    parents : sequence of iterable of int
        As for `distances`.

    Returns
    -------
    list of tuple of int
        Numbers of inputs, from 0, ascending.
    """
    reaching: list[set[int]] = []
    for before in parents:
        reached: set[int] = set()
        for parent in before:
            reached.update(reaching[parent] if parent >= 0 else {-1 - parent})
        reaching.append(reached)
    return [tuple(sorted(reached)) for reached in reaching]


def levels(
    parents: Sequence[Iterable[int]],
    image_inputs: Iterable[int],
    image_outputs: Iterable[int],
    operations: Collection[int] = (),
) -> list[int]:
    """Each layer's abstraction level: its distance in layers from the nearest image end.

    The output of a layer that reads the image is at 1; that of a layer which makes the image
    is at 0.

    Parameters
    ----------
    parents : sequence of iterable of int
        As for `distances`.
    image_inputs : iterable of int
        The inputs, below zero, that are images.
    image_outputs : iterable of int
        The nodes whose output is an image the model returns. Where there is neither an image
        input nor an image output, the distance counts from all inputs.
    operations : collection of int
        Nodes that are no layers: they are no step farther from an end than what they read.

    Returns
    -------
    list of int
    """
    parents = [tuple(before) for before in parents]
    inputs, outputs = set(image_inputs), set(image_outputs)
    every_input = {parent for before in parents for parent in before if parent < 0}

    def into(parent: int, node: int) -> int:
        return int(node not in operations)

    from_any_input = distances(parents, every_input, step=into)
    from_inputs = distances(parents, inputs, step=into) if inputs else [None] * len(parents)
    to_outputs: list[int | None] = [None] * len(parents)
    if outputs:
        last = len(parents) - 1
        children: list[list[int]] = [[] for _ in parents]
        for node, before in enumerate(parents):
            for parent in before:
                if parent >= 0:
                    children[last - parent].append(last - node)
        to_outputs = distances(
            children,
            (),
            {last - node for node in outputs},
            # The other way round: from a node to what it reads.
            step=lambda parent, node: into(last - node, last - parent),
        )[::-1]
    result = []
    for node in range(len(parents)):
        known = [d for d in (from_inputs[node], to_outputs[node]) if d is not None]
        fallback = from_any_input[node]
        result.append(min(known) if known else node + 1 if fallback is None else fallback)
    return result
