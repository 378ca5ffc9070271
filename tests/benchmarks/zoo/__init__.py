"""Small trained networks, faulty and healthy, of which it is known what is wrong.

::

    from tests.benchmarks.zoo import members

    for member in members([0, 1, 2]):          # faulty ones first, then healthy ones
        member.name, member.fault, member.seed  # "classifier, low bias in conv1", "low bias", 0
        member.model()                          # the Keras model; trained once, then cached
        member.inputs, member.targets           # what to show; targets may be None
        member.loss, member.earlier             # its name or None; weights half way or None
        member.truth.kinds                      # {"dead": ("conv1",)}: kind → blocks to name
        member.truth.channels                   # {"dead": (1, 4, 7)} where the planting chose them
        member.truth.ignore                     # kinds neither demanded nor forbidden

A block is a layer's name up to the first underscore: ``conv1`` for ``conv1``, ``conv1_norm`` and
``conv1_act``. Weights are kept in ``build/zoo``, by recipe and seed. Seeds 0 to 2 are for setting
thresholds, 10 to 14 for the figures in RESULTS.md.

``python -m tests.benchmarks.zoo --seeds 0 1 2`` trains, diagnoses and prints the tables.
"""

from .members import Member, members
from .truth import Truth, block

__all__ = ["Member", "Truth", "block", "members"]
