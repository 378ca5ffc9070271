"""Two models, or moments of one, paired and read side by side."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

from cnnviz_widgets import ModelProbe
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.model.experiments import model_comparison as comparison
from cnnviz_widgets.model.experiments.model_comparison import LiveSide, ModelComparison, MomentSide
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.records.parameter_record import ParameterRecord
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import keep

from ..snapshot import snapshot

IMAGES = np.random.default_rng(4).random((6, 8, 8, 1)).astype("float32")


def model(width: int = 4, last: str = "logits", **conv: object) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            kl.Conv2D(width, 3, activation="relu", name="conv", **conv),
            kl.Flatten(name="flat"),
            kl.Dense(3, name=last),
        ]
    )


def live(of: keras.Model, title: str, inputs: np.ndarray = IMAGES) -> LiveSide:
    return LiveSide(ModelProbe(of, inputs), title)


def moment(of: keras.Model, step: int, *paths: str) -> MomentSide:
    found = ModelProbe(of, IMAGES).read(paths)
    records = {Place(path): keep(LayerRecord.of(array, path)) for path, array in found.items()}
    return MomentSide(Moment(step, records=records), f"step {step}")


def test_a_permuted_copy_of_a_layer_is_found_to_be_the_same() -> None:
    one, other = model(), model()
    order = [2, 0, 3, 1]
    kernel, bias = one.get_layer("conv").get_weights()
    other.get_layer("conv").set_weights([3 * kernel[..., order], 3 * bias[order]])
    sides = ModelComparison(live(one, "v1"), live(other, "v2"))
    assert (sides.two_models, sides.same_samples, sides.by) == (True, True, "similarity")
    found = sides.read("conv")
    partner = dict(found.match.pairs.tolist())
    outputs = ModelProbe(one, IMAGES).outputs("conv")
    alive = outputs.any(axis=(0, 1, 2))
    assert [order[partner[i]] for i in np.flatnonzero(alive)] == np.flatnonzero(alive).tolist()
    np.testing.assert_allclose(found.change[alive], 0, atol=1e-9)
    assert sides.read("conv", "index").match.by == "index"


def test_changes_list_every_pair_most_changed_first() -> None:
    sides = ModelComparison(live(model(), "v1"), live(model(5, "out"), "v2"))
    told: list[tuple[float, str]] = []
    changes = sides.changes(progress=lambda *word: told.append(word))
    assert {(change.path_a, change.path_b) for change in changes} == {
        ("conv", "conv"),
        ("flat", "flat"),
        ("logits", "out"),
    }
    assert [change.change for change in changes] == sorted(
        (change.change for change in changes), reverse=True
    )
    assert [word for _, word in told] == [
        f"comparing {path}" for path in ("conv", "flat", "logits")
    ]
    for change in changes:
        expected = sides.read(change.path_a).summary
        assert change == expected


def test_little_memory_makes_more_passes_and_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sides = ModelComparison(live(model(), "v1"), live(model(), "v2"))
    whole = sides.changes()
    monkeypatch.setattr(comparison, "_MEMORY", 1)
    assert len(list(sides._groups())) == 3
    assert sides.changes() == whole


def test_models_are_left_as_they_are() -> None:
    one, other = model(), model(5)
    before = snapshot(one), snapshot(other)
    sides = ModelComparison(live(one, "v1"), live(other, "v2"))
    sides.changes()
    sides.read("conv")
    assert (snapshot(one), snapshot(other)) == before


def test_different_inputs_compare_distributions_only() -> None:
    sides = ModelComparison(live(model(), "v1"), live(model(), "v2", IMAGES[:5] + 1))
    assert (sides.same_samples, sides.by) == (False, "index")
    found = sides.read("conv", "similarity")
    assert "different inputs" in found.match.note
    assert np.isnan(found.change).all()


def test_equal_inputs_are_the_same_though_given_twice_and_not_finite() -> None:
    images = IMAGES.copy()
    images[0, 0, 0, 0] = np.nan
    sides = ModelComparison(live(model(), "v1", images), live(model(), "v2", images.copy()))
    assert sides.same_samples


def test_two_moments_are_compared_by_index_and_path() -> None:
    of = model()
    one = moment(of, 0, "conv", "flat")
    of.get_layer("conv").set_weights([np.zeros((3, 3, 1, 4)), np.zeros(4)])
    other = moment(of, 40, "conv", "logits")
    sides = ModelComparison(one, other)
    assert (sides.two_models, sides.by) == (False, "index")
    (change,) = sides.changes()
    assert (change.path_a, change.dead_b) == ("conv", 4)
    assert sides.alone() == [
        ("flat", "", "not kept at step 40"),
        ("logits", "", "not kept at step 0"),
    ]


def test_a_moment_beside_the_live_model_of_now() -> None:
    of = model()
    sides = ModelComparison(moment(of, 0, "conv"), live(of, "now"))
    assert (sides.by, sides.same_samples) == ("index", True)
    (change,) = sides.changes()
    assert change.change < 1e-3
    assert ("flat", "Flatten", "not kept at step 0") in sides.alone()


def test_channels_first_is_compared_along_its_channels() -> None:
    inner = keras.Sequential(
        [keras.Input((2, 6, 6)), kl.GlobalAveragePooling2D(data_format="channels_first", name="p"),
         kl.Dense(2, name="d")]
    )  # fmt: skip
    inputs = np.random.default_rng(0).random((3, 2, 6, 6)).astype("float32")
    sides = ModelComparison(live(inner, "a", inputs), live(model(), "b"))
    assert [one.path for one, _ in sides.pairs.pairs] == ["d"]


def test_nothing_in_common_is_said_with_what_there_is() -> None:
    other = keras.Sequential([keras.Input((8, 8, 1)), kl.ZeroPadding2D(name="pad")])
    with pytest.raises(ValueError, match=r"v1 and v2 have no layer in common: 'conv'.*'pad' here"):
        ModelComparison(live(model(), "v1"), live(other, "v2"))
    with pytest.raises(ValueError, match=r"no layer in common: 'conv' there, 'flat' here; insp"):
        ModelComparison(moment(model(), 0, "conv"), moment(model(), 4, "flat"))


def test_a_moment_without_outputs_says_how_to_keep_some() -> None:
    weights = ParameterRecord.of(np.ones((2, 3)), "logits", name="kernel")
    empty = MomentSide(Moment(7, records={Place("logits", "weights", "kernel"): weights}), "step 7")
    with pytest.raises(ValueError, match=r"no layer's outputs were kept at step 7: insp.*layers="):
        ModelComparison(empty, moment(model(), 9, "conv"))


def test_layers_without_partner_or_unknown_are_named() -> None:
    sides = ModelComparison(moment(model(), 0, "conv", "flat"), moment(model(), 4, "conv"))
    with pytest.raises(
        ValueError, match=r"'flat' has nothing .*: not kept at step 4; inspector\.mon"
    ):
        sides.read("flat")
    with pytest.raises(ValueError, match="no layer 'x' to compare; the closest are 'conv'"):
        sides.read("x")


def test_a_partner_s_path_leads_to_its_pair() -> None:
    sides = ModelComparison(live(model(), "v1"), live(model(4, "out"), "v2"))
    assert sides.partner("out")[0].path == "logits"
