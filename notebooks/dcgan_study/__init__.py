"""The DCGAN study [WL20 §2] behind the tutorial: networks, faces, training, and what came out."""

import os

# TensorFlow tries to fuse the discriminator's convolutions with what follows, logs an error for
# each network with which it cannot, and goes on without. What goes wrong for good is raised.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from .checkpoints import Checkpoint, CheckpointError, load_checkpoint, save_checkpoint
from .faces import Faces, FacesError
from .measures import Outcome, Yardstick, measure
from .networks import NOISE, VERSIONS, discriminator, generator
from .scale import PAPER, QUICK, Scale
from .seeds import Seeds
from .sheets import FaceSheet, face_sheet
from .training import Gan, noise

__all__ = [
    "NOISE",
    "PAPER",
    "QUICK",
    "VERSIONS",
    "Checkpoint",
    "CheckpointError",
    "FaceSheet",
    "Faces",
    "FacesError",
    "Gan",
    "Outcome",
    "Scale",
    "Seeds",
    "Yardstick",
    "discriminator",
    "face_sheet",
    "generator",
    "load_checkpoint",
    "measure",
    "noise",
    "save_checkpoint",
]
