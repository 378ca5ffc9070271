"""Reading live Keras models. The only part of the package that imports Keras."""

from .ablation import Ablation, ablate
from .capture import ModelCallError
from .diagnosis import diagnose
from .layers import LayerInfo
from .order import Step, analysis_order
from .parameters import LayerParameters
from .probe import ModelProbe, model_lock
from .reference import NoReference, fresh_probe

__all__ = [
    "Ablation",
    "LayerInfo",
    "LayerParameters",
    "ModelCallError",
    "ModelProbe",
    "NoReference",
    "Step",
    "ablate",
    "analysis_order",
    "diagnose",
    "fresh_probe",
    "model_lock",
]
