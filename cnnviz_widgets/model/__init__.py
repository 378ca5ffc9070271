"""Reading live Keras models. The only part of the package that imports Keras."""

from .diagnosis.diagnose import diagnose
from .experiments.ablation import Ablation, ablate
from .experiments.channel.ascent import ascend
from .experiments.channel.back_projection import project_back
from .experiments.channel.coherence import layer_coherence
from .experiments.channel.fields.receptive_field import receptive_field
from .experiments.channel.occlusion import occlude, occlude_finer
from .experiments.channel.painting.projective_field import projective_field
from .experiments.channel.pruning.prune import prune
from .experiments.channel.redundancy import redundant
from .experiments.channel.strongest import strongest
from .experiments.fresh_model import NoReference, fresh_probe
from .experiments.gradients import NoGradients
from .layers.analysis_order import Step, analysis_order
from .layers.layer_info import LayerInfo
from .layers.parameters import LayerParameters
from .map.network_map import map_network
from .map.stations import network_stations
from .reading.attention_weights import attention_weights
from .reading.call_recorder import ModelCallError
from .reading.model_lock import ModelLock, model_lock
from .reading.probe import ModelProbe
from .survey.stopped import SurveyInterrupted, SurveyStopped
from .survey.survey import survey
from .training.moment_reader import MomentReader
from .training.monitor import TrainingMonitor
from .training.pacing import Pace
from .training.progress import Audience, TrainingProgress
from .training.reading import Reading

__all__ = [
    "Ablation",
    "Audience",
    "LayerInfo",
    "LayerParameters",
    "ModelCallError",
    "ModelLock",
    "ModelProbe",
    "MomentReader",
    "NoGradients",
    "NoReference",
    "Pace",
    "Reading",
    "Step",
    "SurveyInterrupted",
    "SurveyStopped",
    "TrainingMonitor",
    "TrainingProgress",
    "ablate",
    "analysis_order",
    "ascend",
    "attention_weights",
    "diagnose",
    "fresh_probe",
    "layer_coherence",
    "map_network",
    "model_lock",
    "network_stations",
    "occlude",
    "occlude_finer",
    "project_back",
    "projective_field",
    "prune",
    "receptive_field",
    "redundant",
    "strongest",
    "survey",
]
