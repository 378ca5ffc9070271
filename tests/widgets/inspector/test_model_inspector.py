"""ModelInspector: the parts follow one another, and errors are told."""

from __future__ import annotations

import base64
import io
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from PIL import Image

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.inspector.shown import LayerDisplay

IMAGES = np.random.default_rng(1).random((6, 8, 8, 1)).astype("float32")


def small_model() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            kl.Conv2D(4, 3, activation="relu", name="conv1"),
            kl.Conv2D(5, 3, activation="relu", name="conv2"),
            kl.Flatten(name="flatten"),
            kl.Dense(3, name="logits"),
        ]
    )


@pytest.fixture
def inspector() -> cv.ModelInspector:
    return cv.ModelInspector(small_model(), IMAGES)


def test_begins_with_the_first_images(inspector: cv.ModelInspector) -> None:
    assert inspector.layer == "conv1"
    assert inspector.selector.layer == inspector.selector._shown == "conv1"
    assert inspector.record.values.shape == (6, 6, 6, 4)
    assert "4 channels" in inspector.header.facts


def test_shows_the_layer_set_in_python(inspector: cv.ModelInspector) -> None:
    inspector.layer = "logits"
    assert inspector.record.values.shape == (6, 3)
    assert inspector.selector._shown == inspector.header.title == "logits"
    expected = inspector.probe.model(IMAGES).numpy()
    np.testing.assert_allclose(inspector.record.values, expected, rtol=1e-5, atol=1e-6)


def test_shows_the_layer_chosen_in_the_page(inspector: cv.ModelInspector) -> None:
    inspector.selector.set_state({"layer": "conv2"})
    assert inspector.layer == "conv2"
    assert inspector.grid.record.n_channels == 5


def test_all_views_hold_one_record_and_one_selection(inspector: cv.ModelInspector) -> None:
    inspector.layer = "conv2"
    views = (inspector.grid, inspector.dendrogram, inspector.density)
    assert all(view.record is inspector.record for view in views)
    assert all(view.selection is inspector.selection for view in views)
    assert inspector.grid.axis is inspector.dendrogram.axis


def test_another_layer_has_other_channels(inspector: cv.ModelInspector) -> None:
    inspector.selection.selected = (1, 2)
    inspector.dendrogram.cut = 0.3
    inspector.layer = "conv2"
    assert inspector.selection.selected == ()
    assert inspector.dendrogram.cut is None


def test_an_unknown_layer_names_the_nearest_and_changes_nothing(
    inspector: cv.ModelInspector,
) -> None:
    with pytest.raises(ValueError, match="conv2"):
        inspector.layer = "conv_2"
    assert inspector.layer == "conv1"
    inspector.layer = "conv2"
    assert inspector.record.path == "conv2"


def test_refresh_reads_the_live_model_again(inspector: cv.ModelInspector) -> None:
    before = inspector.record.values.copy()
    inspector.selection.selected = (2,)
    layer = inspector.probe.model.get_layer("conv1")
    layer.set_weights([weight + 0.5 for weight in layer.get_weights()])
    inspector.refresh()
    assert not np.array_equal(before, inspector.record.values)
    # The same layer: what the reader had selected stays selected.
    assert inspector.selection.selected == (2,)


def test_the_page_can_ask_to_read_again(inspector: cv.ModelInspector) -> None:
    layer = inspector.probe.model.get_layer("conv1")
    layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    inspector.header.set_state({"_asked": 1})
    assert inspector.header._answered == 1
    assert inspector.measures["conv1"].dead.all()
    entry = next(row for row in inspector.selector._layers if row["path"] == "conv1")
    assert (entry["dead"], entry["channels"]) == (4, 4)


def test_a_layer_added_later_is_listed() -> None:
    model = small_model()
    inspector = cv.ModelInspector(model, IMAGES)
    model.add(kl.Softmax(name="probabilities"))
    inspector.refresh()
    assert inspector.selector._layers[-1]["path"] == "probabilities"
    inspector.layer = "probabilities"


CLASSES = ["ape", "bee", "<b>cat</b>"]


def classifier(*last: kl.Layer) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(IMAGES.shape[1:]),
            kl.Conv2D(3, 3, activation="relu", name="conv"),
            kl.Flatten(name="flat"),
            *last,
        ],
        name="classifier",
    )


@pytest.mark.parametrize(
    "last",
    [
        [kl.Dense(3, activation="softmax", name="head")],
        [kl.Dense(3, name="head"), kl.Softmax(name="shares")],
        [kl.Dense(3, name="head"), kl.Activation("softmax", name="shares")],
    ],
    ids=["within", "Softmax", "Activation"],
)
def test_channels_of_the_output_are_called_by_their_classes(last: list[kl.Layer]) -> None:
    inspector = cv.ModelInspector(classifier(*last), IMAGES, class_names=CLASSES)
    views = (inspector.grid, inspector.dendrogram, inspector.density)
    assert inspector.layer == "conv"
    # Three channels, too, but they are no classes.
    assert all(view.class_names == [] for view in views)
    for layer in last:
        inspector.layer = layer.name
        assert all(view.class_names == CLASSES for view in views)
    inspector.layer = "head"
    inspector.view = "weights"
    assert inspector.density.class_names == CLASSES
    inspector.layer = "conv"
    assert all(view.class_names == [] for view in views)


def test_the_picture_calls_columns_by_their_classes() -> None:
    head = kl.Dense(3, activation="softmax", name="head")
    model = classifier(head)
    plain = cv.ModelInspector(model, IMAGES, layer="head")
    named = cv.ModelInspector(model, IMAGES, layer="head", class_names=CLASSES)
    assert (np.asarray(plain.picture()) != np.asarray(named.picture())).any()
    assert (np.asarray(plain.grid.picture()) != np.asarray(named.grid.picture())).any()


def test_as_many_names_as_there_are_channels() -> None:
    model = classifier(kl.Dense(3, name="head"))
    inspector = cv.ModelInspector(model, IMAGES, layer="head", class_names=CLASSES[:2])
    assert inspector.grid.class_names == []
    assert inspector.header.warnings == [
        "class_names has 2 names, and head has 3 channels: they are called by their numbers."
    ]
    more = cv.ModelInspector(model, IMAGES, labels=[3] * 6, class_names=[*CLASSES, "dog"])
    assert more.grid.sample_labels == ["dog"] * 6
    assert more.header.warnings[0].startswith("class_names has 4 names, and head has 3 channels")
    assert cv.ModelInspector(model, IMAGES, class_names=CLASSES).header.warnings == []
    # What is added later may have as many.
    model.add(kl.Dense(2, name="pair"))
    inspector.refresh()
    assert inspector.header.warnings == []


def test_names_that_only_samples_are_called_by_fit_any_image() -> None:
    layers = [keras.Input(IMAGES.shape[1:]), kl.Conv2D(1, 3, padding="same", name="image")]
    model, labels = keras.Sequential(layers), [0, 1, 2, 0, 1, 2]
    named = cv.ModelInspector(model, IMAGES, labels=labels, class_names=CLASSES)
    assert named.header.warnings == []
    alone = cv.ModelInspector(model, IMAGES, class_names=CLASSES)
    assert "image has 1 channel: " in alone.header.warnings[0]


def test_sample_names_come_from_labels_targets_and_class_names() -> None:
    names = ["shirt", "<b>coat</b>"]
    labels = [0, 1, 1, 0, 1, 0]
    by_label = cv.ModelInspector(small_model(), IMAGES, labels=labels, class_names=names)
    assert by_label.grid.sample_labels[:2] == ["shirt", "<b>coat</b>"]
    by_target = cv.ModelInspector(
        small_model(), IMAGES, targets=np.array(labels), class_names=names
    )
    assert by_target.grid.sample_labels == by_label.grid.sample_labels
    assert cv.ModelInspector(small_model(), IMAGES).grid.sample_labels == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"labels": [1, 2]}, "each of the 6 samples; got shape"),
        ({"labels": [9] * 6, "class_names": ["a"]}, "label 9 is no index"),
        ({"targets": np.zeros(2)}, "6 samples"),
        ({"layer": "conv3"}, "conv"),
        ({"view": "kernels"}, "'outputs', 'weights', 'attention'; got 'kernels'"),
        ({"view": "weights", "layer": "flatten"}, "'flatten' has no weights"),
        ({"labels": np.eye(6)}, r"shape \(6, 6\).*argmax"),
        ({"labels": [0.7] * 6, "class_names": ["a"]}, "whole numbers or names"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_wrong_arguments_are_named(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cv.ModelInspector(small_model(), IMAGES, **arguments)


@pytest.mark.parametrize("model", [None, "vgg16", keras.Sequential])
def test_no_model_is_a_type_error(model: object) -> None:
    with pytest.raises(TypeError):
        cv.ModelInspector(model, IMAGES)


def test_inputs_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match="8"):
        cv.ModelInspector(small_model(), np.zeros((2, 9, 9, 1)))


def test_nan_inputs_are_shown_with_a_warning() -> None:
    images = IMAGES.copy()
    images[0, 0, 0, 0] = np.nan
    inspector = cv.ModelInspector(small_model(), images)
    assert "1 values that are NaN" in inspector.header.warnings[0]


class Moody(keras.Model):
    """A model whose call can be made to raise."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = kl.Conv2D(2, 3, name="conv")
        self.ill = False

    def call(self, inputs: object) -> object:
        if self.ill:
            raise ZeroDivisionError("out of sorts")
        return self.conv(inputs)


def test_a_model_that_raises_leaves_the_widget_alive() -> None:
    model = Moody()
    inspector = cv.ModelInspector(model, IMAGES)
    shown = inspector.record
    model.ill = True
    with pytest.raises(Exception, match="out of sorts"):
        inspector.refresh()
    assert "out of sorts" in inspector.header.error
    assert inspector.record is shown
    inspector.header.set_state({"_asked": 1})
    assert "out of sorts" in inspector.header.error
    assert inspector.header._answered == 1
    model.ill = False
    inspector.refresh()
    assert inspector.header.error == ""
    assert inspector.header.message == ""


def test_an_error_on_the_way_to_a_layer_goes_back_to_the_last(monkeypatch) -> None:
    inspector = cv.ModelInspector(small_model(), IMAGES)

    def fail(path: str) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(inspector.probe, "outputs", fail)
    inspector.selector.set_state({"layer": "conv2"})
    assert "no room" in inspector.header.error
    assert inspector.layer == inspector.selector.layer == inspector.selector._shown == "conv1"


@pytest.mark.parametrize("part", ["dendrogram", "grid", "density"])
@pytest.mark.parametrize("error", [MemoryError("no room"), KeyboardInterrupt()])
def test_a_view_that_fails_leaves_all_on_the_layer_before(
    inspector: cv.ModelInspector, monkeypatch, part: str, error: BaseException
) -> None:
    inspector.selection.selected = (1,)
    before = inspector.record
    view = getattr(inspector, part)
    show = view.show

    def fail(record) -> None:
        if record is not before:
            raise error
        show(record)

    monkeypatch.setattr(view, "show", fail)
    with pytest.raises(type(error)):
        inspector.layer = "conv2"
    views = (inspector.grid, inspector.dendrogram, inspector.density)
    assert {view.record for view in views} == {before}
    assert inspector.layer == inspector.selector.layer == "conv1"
    assert inspector.selection.selected == (1,)


def test_a_layer_that_gives_nothing_does_not_hide_the_others() -> None:
    inputs = keras.Input((8, 8, 1))
    nothing = kl.Lambda(lambda x: x[:, :, :, :0], output_shape=(8, 8, 0), name="nothing")(inputs)
    outputs = kl.Conv2D(3, 3, name="conv")(inputs)
    inspector = cv.ModelInspector(keras.Model(inputs, [nothing, outputs]), IMAGES)
    assert inspector.layer == "conv"
    with pytest.raises(ValueError, match="'nothing' gave no values"):
        inspector.layer = "nothing"
    assert inspector.layer == "conv"


def test_a_choice_that_the_page_makes_too_late_goes_back(inspector: cv.ModelInspector) -> None:
    with pytest.raises(ValueError, match="no layer 'gone'"):
        inspector.selector.set_state({"layer": "gone"})
    assert inspector.selector.layer == "conv1"


def test_what_views_share_is_given_once(inspector: cv.ModelInspector) -> None:
    for owner in (inspector, inspector.grid, inspector.density):
        with pytest.raises(ValueError, match="make another view"):
            owner.selection = cv.Selection()


def test_two_inspectors_of_one_model_do_not_meet() -> None:
    model = small_model()
    one, two = cv.ModelInspector(model, IMAGES), cv.ModelInspector(model, IMAGES)
    one.layer = "conv2"
    one.selection.selected = (1,)
    assert two.layer == "conv1"
    assert two.selection.selected == ()


def test_the_model_is_untouched() -> None:
    model = small_model()
    model.compile("adam", "mse")
    weights = [weight.copy() for weight in model.get_weights()]
    inspector = cv.ModelInspector(model, IMAGES)
    inspector.layer = "logits"
    inspector.refresh()
    inspector.close()
    for before, after in zip(weights, model.get_weights(), strict=True):
        assert before.tobytes() == after.tobytes()


def test_its_output_carries_a_picture(inspector: cv.ModelInspector) -> None:
    data, _ = inspector._repr_mimebundle_()
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert image.height > 300
    assert "application/vnd.jupyter.widget-view+json" in data


def test_closing_leaves_nothing_behind(inspector: cv.ModelInspector) -> None:
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    other = cv.ModelInspector(small_model(), IMAGES)
    assert set(_instances) > before
    other.close()
    other.close()
    left = {key: type(_instances[key]).__name__ for key in set(_instances) - before}
    assert left == {}


def test_shows_weights_beside_outputs(inspector: cv.ModelInspector) -> None:
    inspector.layer = "conv2"
    inspector.view = "weights"
    kernel, _ = inspector.probe.model.get_layer("conv2").get_weights()
    # Keras keeps (height, width, in, out); a record has (in, height, width, out).
    np.testing.assert_array_equal(inspector.record.values, kernel.transpose(2, 0, 1, 3))
    assert inspector.parameters.record is inspector.density.record is inspector.record
    assert inspector.weight == "kernel"
    assert inspector.parameters.layout.display is None
    assert inspector.grid.layout.display == inspector.dendrogram.layout.display == "none"
    inspector.view = "outputs"
    assert inspector.record.values.shape == (6, 4, 4, 5)
    assert inspector.weight == ""
    assert inspector.grid.layout.display is None
    assert inspector.parameters.layout.display == "none"


def test_a_channel_stays_selected_from_its_output_to_its_kernel(
    inspector: cv.ModelInspector,
) -> None:
    inspector.selection.selected = (1, 3)
    inspector.view = "weights"
    assert inspector.selection.selected == (1, 3)
    inspector.layer = "conv2"
    assert inspector.view == "weights"
    assert inspector.selection.selected == ()


def test_a_layer_without_weights_shows_its_outputs(inspector: cv.ModelInspector) -> None:
    inspector.view = "weights"
    inspector.layer = "flatten"
    assert (inspector.layer, inspector.view, inspector.weight) == ("flatten", "outputs", "")
    assert not inspector.header.has_weights
    with pytest.raises(ValueError, match="'flatten' has no weights"):
        inspector.view = "weights"
    assert (inspector.view, inspector.header.view) == ("outputs", "outputs")


def test_one_of_several_weights_can_be_chosen() -> None:
    model = keras.Sequential([keras.Input((5, 3)), kl.LSTM(4, name="lstm")])
    inspector = cv.ModelInspector(model, np.zeros((2, 5, 3), "float32"), view="weights")
    assert inspector.weight == "kernel"
    assert "recurrent_kernel" in inspector.header.weights
    inspector.header.set_state({"weight": "recurrent_kernel"})
    assert inspector.weight == inspector.record.name == "recurrent_kernel"
    with pytest.raises(ValueError, match="'nought'; it has 'kernel', 'recurrent_kernel'"):
        inspector.weight = "nought"
    assert inspector.weight == inspector.header.weight == "recurrent_kernel"


def test_weights_are_read_again_from_the_live_model(inspector: cv.ModelInspector) -> None:
    inspector.view = "weights"
    before = inspector.record.values.copy()
    layer = inspector.probe.model.get_layer("conv1")
    layer.set_weights([weight + 0.5 for weight in layer.get_weights()])
    inspector.refresh()
    assert inspector.view == "weights"
    np.testing.assert_allclose(inspector.record.values, before + 0.5)


def test_the_page_can_switch_the_view(inspector: cv.ModelInspector) -> None:
    inspector.header.set_state({"view": "weights"})
    assert inspector.view == inspector.header._shown_view == "weights"


def sick_model() -> keras.Model:
    keras.utils.set_random_seed(3)  # under which no other channel is dead from the start
    model = small_model()
    kernel, bias = model.get_layer("conv2").get_weights()
    bias[[1, 4]] = -100
    model.get_layer("conv2").set_weights([kernel, bias])
    return model


def test_diagnosis_leads_to_layer_and_view_and_selects_channels_when_asked() -> None:
    images = np.random.default_rng(2).random((32, 8, 8, 1)).astype("float32")
    inspector = cv.ModelInspector(sick_model(), images)
    report = inspector.diagnose()
    assert inspector.report is report
    assert inspector.findings.report is report
    index = next(i for i, found in enumerate(report) if found.kind == "dead")
    inspector.view = "weights"
    inspector.findings.set_state({"finding": index})
    assert (inspector.layer, inspector.view) == ("conv2", "outputs")
    assert inspector.selection.selected == ()
    # Wherever the reader has gone meanwhile.
    inspector.layer = "conv1"
    inspector.findings.set_state({"_select_asked": 1})
    assert (inspector.layer, inspector.selection.selected) == ("conv2", (1, 4))
    conv2 = inspector.findings._findings[index]
    assert (conv2["channel_count"], conv2["channel_total"]) == (2, inspector.record.n_channels)


def test_the_page_can_ask_for_a_diagnosis(inspector: cv.ModelInspector) -> None:
    assert inspector.exporting.missing == {"report": "Diagnose first"}
    inspector.header.set_state({"_diagnose_asked": 1})
    assert inspector.header._diagnosed == 1
    assert inspector.report is not None
    assert inspector.header.message == ""
    assert inspector.exporting.missing == {}


def test_the_guide_leads_through_the_model(inspector: cv.ModelInspector) -> None:
    assert inspector.header.step == 1
    seen = [(inspector.layer, inspector.view)]
    for asked in range(1, inspector.header.steps):
        inspector.header.set_state({"_step_asked": [asked, 1]})
        assert inspector.header._step_answered == asked
        seen.append((inspector.layer, inspector.view))
    assert inspector.header.next_step == ""
    assert len(seen) == len(set(seen)) == inspector.header.steps
    # Outputs first, then kernels, then dense weights [WL20 §1.3.1].
    assert [view for _, view in seen] == sorted(view for _, view in seen)
    assert seen[-2:] == [("conv2", "weights"), ("logits", "weights")]


def test_the_selection_can_be_tried_out(inspector: cv.ModelInspector) -> None:
    before = [weight.numpy().tobytes() for weight in inspector.probe.model.weights]
    inspector.selection.selected = (0, 1, 2, 3)
    inspector.ablation.set_state({"_asked": [1, "silence", [0, 1, 2, 3], "conv1"]})
    assert len(inspector.ablation.trials) == 1
    assert inspector.ablation.trials[0]["layer"] == "conv1"
    assert inspector.ablation.trials[0]["numbers"]["samples"] == inspector.record.n_samples
    assert [weight.numpy().tobytes() for weight in inspector.probe.model.weights] == before


def test_findings_are_stale_only_when_the_model_has_changed(inspector: cv.ModelInspector) -> None:
    inspector.diagnose()
    inspector.refresh()
    assert not inspector.findings.stale
    layer = inspector.probe.model.get_layer("conv2")
    layer.set_weights([weight + 0.5 for weight in layer.get_weights()])
    inspector.refresh()
    assert inspector.findings.stale


def test_naming_a_weight_shows_it(inspector: cv.ModelInspector) -> None:
    inspector.weight = "kernel"
    assert inspector.view == "weights"


def test_begins_where_the_order_of_analysis_does() -> None:
    generator = keras.Sequential(
        [
            keras.Input((4,)),
            kl.Dense(18, activation="relu", name="dense"),
            kl.Reshape((3, 3, 2), name="reshape"),
            kl.Conv2DTranspose(4, 3, strides=2, activation="relu", name="up1"),
            kl.Conv2DTranspose(3, 3, activation="tanh", name="image"),
        ]
    )
    inspector = cv.ModelInspector(generator, np.ones((3, 4), "float32"))
    # A generator's image end is its output.
    assert inspector.layer == "image"
    assert inspector.header.step == 1


def test_the_list_of_layers_says_what_it_cannot_show() -> None:
    class Bare(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = keras.layers.Dense(4, name="first"), keras.layers.Dense(2)

        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return self.last(keras.ops.relu(self.first(x)))

    inspector = cv.ModelInspector(Bare(), np.ones((4, 3), "float32"))
    (sentence,) = inspector.selector._unseen
    assert sentence.startswith("the model's own call (Bare): ")
    inspector.close()


def test_joins_the_channels_of_all_views_by_one_linkage() -> None:
    inspector = cv.ModelInspector(small_model(), IMAGES, layer="conv2", linkage="average")
    assert inspector.record.tree.linkage == "average"
    assert inspector.axis.linkage == inspector.parameters.axis.linkage == "average"
    # The page chooses another, in outputs or in weights.
    inspector.axis.set_state({"linkage": "ward"})
    assert inspector.linkage == inspector.record.tree.linkage == "ward"
    views = (inspector.grid, inspector.dendrogram, inspector.density)
    assert all(view.record is inspector.record for view in views)
    inspector.view = "weights"
    assert inspector.record.tree.linkage == "ward"
    inspector.parameters.axis.set_state({"linkage": "complete"})
    assert inspector.linkage == inspector.record.tree.linkage == "complete"
    assert inspector.parameters.record is inspector.record
    # Whatever is read next is joined so, too.
    inspector.layer = "conv1"
    assert inspector.record.tree.linkage == "complete"
    inspector.refresh()
    assert inspector.record.tree.linkage == "complete"


def test_a_linkage_that_cannot_be_shown_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    inspector = cv.ModelInspector(small_model(), IMAGES, layer="conv2")
    show = LayerDisplay._show

    def interrupted(self: LayerDisplay, present: Any, progress: Any = None) -> None:
        if present.record.linkage == "ward":
            raise KeyboardInterrupt
        show(self, present, progress)

    monkeypatch.setattr(LayerDisplay, "_show", interrupted)
    with pytest.raises(KeyboardInterrupt):
        inspector.linkage = "ward"
    axes = (inspector.axis, inspector.parameters.axis)
    assert {inspector.linkage, *(axis.linkage for axis in axes)} == {"single"}
    assert inspector.following.linkage == inspector.record.tree.linkage == "single"
    assert inspector.dendrogram.record.tree.linkage == "single"
    inspector.close()


def test_there_is_no_such_linkage() -> None:
    with pytest.raises(ValueError, match="linkage must be one of"):
        cv.ModelInspector(small_model(), IMAGES, linkage="nearest")
