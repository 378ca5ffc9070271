"""A drawing as SVG: lines and texts are vectors, tiles are embedded PNGs."""

from __future__ import annotations

import base64
import io
import re
from functools import singledispatch
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from .drawing import LINE, PAPER, Area, Drawing, Polyline, Raster, Shape, Words

_NAMESPACE = "http://www.w3.org/2000/svg"
_FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# What XML has no way to write, of names that may be any text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def svg_file(drawing: Drawing) -> bytes:
    """The drawing as the bytes of an SVG file of its own."""
    width, height = _number(drawing.width), _number(drawing.height)
    root = Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "width": width,
            "height": height,
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "font-family": _FONT,
        },
    )
    SubElement(root, "title").text = _text(drawing.title)
    SubElement(root, "desc").text = _text(drawing.description)
    pattern = SubElement(
        SubElement(root, "defs"),
        "pattern",
        {
            **{"id": "zero", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"},
            "patternTransform": "rotate(45)",
        },
    )
    SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": PAPER})
    SubElement(pattern, "rect", {"width": "2", "height": "6", "fill": LINE})
    SubElement(root, "rect", {"width": width, "height": height, "fill": PAPER})
    for shape in drawing.shapes:
        root.append(_element(shape))
    content: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return content


@singledispatch
def _element(shape: Shape) -> Element:
    raise TypeError(f"no way to write {type(shape).__name__}")


@_element.register
def _(shape: Polyline) -> Element:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
    attributes = {
        **{"points": points, "fill": "none", "stroke": shape.colour},
        **{"stroke-width": _number(shape.width), "stroke-linejoin": "round"},
    }
    if shape.dashed:
        attributes["stroke-dasharray"] = "4 3"
    return Element("polyline", attributes)


@_element.register
def _(shape: Area) -> Element:
    fill = "url(#zero)" if shape.hatched else shape.fill or "none"
    attributes = {**_place(shape), "fill": fill}
    if shape.stroke:
        attributes |= {"stroke": shape.stroke, "stroke-width": _number(shape.stroke_width)}
    return Element("rect", attributes)


@_element.register
def _(shape: Words) -> Element:
    attributes = {
        **{"x": _number(shape.x), "y": _number(shape.y), "font-size": _number(shape.size)},
        **{"fill": shape.colour, "text-anchor": shape.anchor, "dominant-baseline": "central"},
    }
    if shape.bold:
        attributes["font-weight"] = "600"
    element = Element("text", attributes)
    element.text = _text(shape.text)
    return element


@_element.register
def _(shape: Raster) -> Element:
    with io.BytesIO() as file:
        shape.image.save(file, "PNG", optimize=True)
        png = base64.b64encode(file.getvalue()).decode("ascii")
    return Element(
        "image",
        {
            **_place(shape),
            "preserveAspectRatio": "none",
            "style": "image-rendering: pixelated",
            "href": f"data:image/png;base64,{png}",
        },
    )


def _place(shape: Area | Raster) -> dict[str, str]:
    box = shape.box
    sides = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
    return {name: _number(value) for name, value in sides.items()}


def _number(value: float) -> str:
    """With a hundredth of a pixel, which is more than any press prints."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return _UNWRITABLE.sub("�", text)
