"""The picture in a widget's output, and the mark by which the labextension knows it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cnnviz_widgets
from cnnviz_widgets import ChannelGrid, Dendrogram, DensityPanel, ParameterGrid

EXTENSION = Path(cnnviz_widgets.__file__).parent / "frontend" / "labextension"


@pytest.mark.parametrize("view", [ChannelGrid, Dendrogram, DensityPanel, ParameterGrid])
def test_an_output_has_the_picture_and_the_labextensions_mark(view: type) -> None:
    shown = view(np.random.default_rng(0).normal(size=(3, 3, 4, 9)))
    data, metadata = shown._repr_mimebundle_()
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        assert image.width > 100
    name = json.loads((EXTENSION / "package.json").read_text())["name"]
    assert metadata == {name: {"picture": True}}
    # A notebook keeps it as JSON.
    assert json.loads(json.dumps(metadata)) == metadata


def test_an_output_without_a_picture_has_no_mark() -> None:
    data, metadata = ChannelGrid()._repr_mimebundle_()
    assert "image/png" not in data
    assert metadata == {}
