"""Reading live Keras models. The only part of the package that imports Keras."""

from .ablation import Ablation, ablate
from .capture import ModelCallError
from .diagnosis import diagnose
from .layers import LayerInfo
from .lock import ModelLock, model_lock
from .moments import MomentReader, Reading
from .monitor import Audience, TrainingMonitor, TrainingProgress
from .order import Step, analysis_order
from .pacing import Pace
from .parameters import LayerParameters
from .probe import ModelProbe
from .reference import NoReference, fresh_probe

__all__ = [
    "Ablation",
    "Audience",
    "LayerInfo",
    "LayerParameters",
    "ModelCallError",
    "ModelLock",
    "ModelProbe",
    "MomentReader",
    "NoReference",
    "Pace",
    "Reading",
    "Step",
    "TrainingMonitor",
    "TrainingProgress",
    "ablate",
    "analysis_order",
    "diagnose",
    "fresh_probe",
    "model_lock",
]
