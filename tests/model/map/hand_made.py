"""Graphs of layers written by hand: what they are is known without a model."""

from __future__ import annotations

from typing import Any

from cnnviz_widgets.model import LayerInfo
from cnnviz_widgets.model.map.graph.layer_graph import LayerGraph


def layer(path: str, kind: str, *parents: str, shape: Any = (None, 8, 8, 4), **more: Any) -> Any:
    """A layer output; a convolution or dense layer has the kernel of its kind."""
    kernels = {"Conv2D": (3, 3, 4, shape[-1]), "Dense": (4, shape[-1])}
    if kind in kernels:
        more.setdefault("weight_shapes", {"kernel": kernels[kind]})
    more.setdefault("inputs", ("image",))
    more.setdefault("reads_unlisted", not parents)
    return LayerInfo(path, path, kind, shape, family=kind, parents=parents, **more)


def chain(count: int, kind: str = "Conv2D", **more: Any) -> list[Any]:
    """Layers that each read the one before."""
    names = [f"l{k}" for k in range(count)]
    return [
        layer(name, kind, *names[k - 1 : k] if k else (), **more) for k, name in enumerate(names)
    ]


def residual(blocks: int, start: str = "", name: str = "b", **more: Any) -> list[Any]:
    """Blocks of two convolutions beside a shortcut, behind `start`."""
    layers = []
    before = start
    for k in range(blocks):
        inner, outer, total = (f"{name}{k}/{part}" for part in ("one", "two", "sum"))
        layers += [
            layer(inner, "Conv2D", before, **more),
            layer(outer, "Conv2D", inner, **more),
            layer(total, "Add", before, outer, **more),
        ]
        before = total
    return layers


def graph(*layers: Any) -> LayerGraph:
    return LayerGraph.of_layers(layers)
