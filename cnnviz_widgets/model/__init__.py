"""Reading live Keras models. The only part of the package that imports Keras."""

from .capture import ModelCallError
from .layers import LayerInfo
from .probe import ModelProbe, model_lock

__all__ = ["LayerInfo", "ModelCallError", "ModelProbe", "model_lock"]
