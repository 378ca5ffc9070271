"""Reading live Keras models. The only part of the package that imports Keras."""

from cnnviz_widgets.model.capture import ModelCallError
from cnnviz_widgets.model.layers import LayerInfo
from cnnviz_widgets.model.probe import ModelProbe, model_lock

__all__ = ["LayerInfo", "ModelCallError", "ModelProbe", "model_lock"]
