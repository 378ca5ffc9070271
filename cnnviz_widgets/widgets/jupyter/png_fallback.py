"""What a widget shows where no widget can run: a picture in its output."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image


# The labextension (frontend/labextension) knows our outputs by this key of their metadata.
SAVED_PICTURE = "cnnviz-widgets"


class PngFallback:
    """Adds a PNG of the picture, as it is when the cell runs, to a widget's output.

    A notebook on a web page or exported shows the PNG, as does one that is not trusted. In a
    trusted one that is opened again without its kernel the labextension shows it.
    """

    def picture(self) -> Image | None:
        """The present picture; None while there is nothing to show."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        image = self.picture()
        if image is None:
            return data, metadata
        with io.BytesIO() as file:
            image.save(file, "PNG", optimize=True)
            png = base64.b64encode(file.getvalue()).decode("ascii")
        return {**data, "image/png": png}, {**metadata, SAVED_PICTURE: {"picture": True}}
