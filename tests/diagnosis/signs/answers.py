"""Models that do their task, and models that do not, whatever their layers are called."""

from __future__ import annotations

from cnnviz_widgets.diagnosis.measurements.data.answers import Answers

SOLVED = Answers("", "classes", 64, 0.95, 0.12, 1e-30, loss=0.1, constant_loss=2.3, different=9)
"""61 of 64 right among ten classes."""

FAILING = Answers("", "classes", 64, 0.12, 0.12, 0.6, loss=2.4, constant_loss=2.3, different=1)
"""One answer for all, and its loss no better than a constant one's."""
