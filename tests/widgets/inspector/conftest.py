"""Fixtures of the tests of inspectors that follow a training."""

from __future__ import annotations

from typing import Any

import pytest

from cnnviz_widgets.widgets.inspector import training_session

from ..small_training import PromptMonitor, fit, inspected
from .trainings import each_batch


@pytest.fixture
def every_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """No update is skipped because the one before was a moment ago."""
    monkeypatch.setattr(training_session, "TrainingMonitor", PromptMonitor)


@pytest.fixture
def trained(every_update: None) -> Any:
    """An inspector that has followed two epochs, and kept a layer beside the one shown."""
    inspector = inspected()
    fit(inspector.probe.model, each_batch(inspector, layers=["conv2"]), epochs=2)
    return inspector
