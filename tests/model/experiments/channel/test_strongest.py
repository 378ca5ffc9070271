"""The strongest places of live layers, and what is cut out there."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, strongest, survey
from cnnviz_widgets.records.channel.strongest_patches import StrongestPatches

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(14, 7, 8, 1)).astype("float32")


def network() -> Any:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((7, 8, 1)),
            L.Conv2D(3, 3, padding="same", activation="relu", name="conv"),
            L.MaxPooling2D(2, name="pool"),
            L.Conv2D(4, 3, padding="same", name="deep"),
            L.GlobalAveragePooling2D(name="gap"),
            L.Dense(2, name="head"),
        ]
    )


def assert_by_every_value(found: StrongestPatches, values: Any) -> None:
    """Against sorting all values of all places of one sample each; channels last."""
    flat = values.reshape(len(values), -1, values.shape[-1])
    axes = values.shape[1:-1]
    for sign, record in ((1, found.strongest), (-1, found.weakest)):
        for channel in range(values.shape[-1]):
            best = (sign * flat[:, :, channel]).max(axis=1)
            order = sorted(range(len(best)), key=lambda sample: (-best[sample], sample))
            held = min(found.count, len(order))
            samples = record.samples[channel]
            assert samples[:held].tolist() == order[:held] and (samples[held:] == -1).all()
            np.testing.assert_array_equal(record.values[channel][:held], sign * best[order[:held]])
            for rank in range(held):
                own = sign * flat[order[rank], :, channel]
                place = np.unravel_index(own.argmax(), axes) if axes else ()
                assert record.places[channel, rank].tolist() == [int(k) for k in place]


@pytest.mark.parametrize("path", ["conv", "pool", "deep", "gap", "head"])
@pytest.mark.parametrize("count", [1, 9, 20])
def test_as_looking_at_every_value(path: str, count: int) -> None:
    probe = ModelProbe(network(), IMAGES)
    found = strongest(probe, path, count=count)
    assert_by_every_value(found, probe.outputs(path))
    assert repr(found).endswith(f"channels, {count} of 14 samples each>")
    assert found.seen == 14 and not found.surveyed and found.count == count
    assert found.places.shape == (*found.values.shape, {"gap": 0, "head": 0}.get(path, 2))


def test_a_survey_of_the_same_samples_says_the_same() -> None:
    model = network()
    summed = survey(model, IMAGES, layers=["conv", "deep", "gap"])
    probe = ModelProbe(model, IMAGES[:2])
    for path in ("conv", "deep", "gap"):
        own = strongest(ModelProbe(model, IMAGES), path)
        theirs = strongest(probe, path, survey=summed)
        assert theirs.seen == 14 and theirs.surveyed
        for mine, other in ((own.strongest, theirs.strongest), (own.weakest, theirs.weakest)):
            np.testing.assert_array_equal(mine.samples, other.samples)
            np.testing.assert_array_equal(mine.places, other.places)
            np.testing.assert_allclose(mine.values, other.values, rtol=1e-5)
    few = strongest(probe, "conv", count=2, survey=summed)
    np.testing.assert_array_equal(few.samples, summed.strongest("conv").samples[:, :2])


def test_a_survey_is_not_asked_for_what_it_does_not_know() -> None:
    model = network()
    probe, summed = ModelProbe(model, IMAGES), survey(model, IMAGES, layers=["conv"])
    with pytest.raises(ValueError, match=r"count must be 9 or less with a survey.*got 10\."):
        strongest(probe, "conv", count=10, survey=summed)
    with pytest.raises(ValueError, match=r"deep"):
        strongest(probe, "deep", survey=summed)
    model.get_layer("conv").bias.assign_add([1.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"the survey is of other weights than the model has now"):
        strongest(probe, "conv", survey=summed)
    assert strongest(probe, "conv").seen == 14


def test_channels_first_series_and_many_units() -> None:
    first = keras.Sequential(
        [keras.Input((2, 5, 6)), L.DepthwiseConv2D(3, data_format="channels_first", name="c")]
    )
    probe = ModelProbe(first, RNG.normal(size=(4, 2, 5, 6)))
    found = strongest(probe, "c", count=3)
    assert_by_every_value(found, np.moveaxis(probe.outputs("c"), 1, -1))
    patch = found.patch(1, 0)
    assert patch is not None and patch.pixels.shape == (2, 3, 3)
    y, x = patch.place
    np.testing.assert_array_equal(patch.pixels, probe.inputs[patch.sample, :, y : y + 3, x : x + 3])
    series = keras.Sequential([keras.Input((9, 2)), L.Conv1D(3, 3, 2, "same", name="c")])
    probe = ModelProbe(series, RNG.normal(size=(4, 9, 2)))
    assert_by_every_value(strongest(probe, "c", count=3), probe.outputs("c"))
    wide = keras.Sequential([keras.Input((1,)), L.Dense(25_600, name="d")])
    probe = ModelProbe(wide, RNG.normal(size=(12, 1)))
    found = strongest(probe, "d")
    assert found.values.shape == (25_600, 9)
    order = np.argsort(-probe.outputs("d"), axis=0, kind="stable")[:9].T
    np.testing.assert_array_equal(found.samples, order)


def test_dead_channels_and_nan_stand_apart() -> None:
    model = network()
    model.get_layer("conv").bias.assign([-100.0, 0.0, 0.0])
    model.get_layer("deep").bias.assign([0.0, np.nan, 0.0, 0.0])
    probe = ModelProbe(model, IMAGES)
    dead = strongest(probe, "conv", count=3)
    assert dead.values[0].tolist() == [0, 0, 0] and dead.samples[0].tolist() == [0, 1, 2]
    found = strongest(probe, "deep", count=3)
    assert np.isnan(found.values[1]).all() and (found.samples[1] == -1).all()
    assert found.patch(1, 0) is None and found.patch(0, 0) is not None
    assert found.nonfinite.tolist() == [0, 14 * 12, 0, 0]


def test_one_sample_and_one_channel() -> None:
    model = keras.Sequential([keras.Input((4, 4, 1)), L.Conv2D(1, 3, name="c")])
    probe = ModelProbe(model, RNG.normal(size=(1, 4, 4, 1)))
    found = strongest(probe, "c")
    assert_by_every_value(found, probe.outputs("c"))
    assert (found.samples[0, 1:] == -1).all() and found.patch(0, 1) is None


def planted(place: tuple[int, int]) -> ModelProbe:
    """A network that is strongest where a lone bright pixel is in the middle of its window."""
    model = keras.Sequential([keras.Input((8, 9, 1)), L.Conv2D(1, 5, padding="same", name="c")])
    kernel = np.zeros((5, 5, 1, 1), dtype="float32")
    kernel[2, 2] = 1
    model.get_layer("c").set_weights([kernel, np.zeros(1)])
    images = RNG.uniform(0.1, 0.2, (3, 8, 9, 1)).astype("float32")
    images[1][place] = 1
    return ModelProbe(model, images)


@pytest.mark.parametrize("place", [(4, 4), (0, 0), (7, 4), (1, 8)])
def test_a_patch_is_cut_out_round_its_place_and_tells_what_is_no_picture(
    place: tuple[int, int],
) -> None:
    probe = planted(place)
    patch = strongest(probe, "c", count=2).patch(0, 0)
    assert patch is not None
    assert (patch.sample, patch.place, patch.value) == (1, place, 1.0)
    assert patch.box == tuple((k - 2, k + 3) for k in place)
    assert patch.pixels.shape == (5, 5, 1) and patch.pixels[2, 2, 0] == 1
    wide = np.pad(probe.inputs[1, :, :, 0], 2, constant_values=np.nan)
    window = wide[place[0] : place[0] + 5, place[1] : place[1] + 5]
    np.testing.assert_array_equal(patch.outside, np.isnan(window))
    np.testing.assert_array_equal(patch.pixels[..., 0], np.nan_to_num(window, nan=0.0))


@pytest.mark.parametrize("path", ["conv", "pool", "deep"])
def test_nothing_outside_a_patch_matters_to_its_value(path: str) -> None:
    model = network()
    found = strongest(ModelProbe(model, IMAGES), path)
    for channel in range(len(found.values)):
        patch = found.patch(channel, 2)
        assert patch is not None
        inside = tuple(
            slice(max(first, 0), min(last, length))
            for (first, last), length in zip(patch.box, IMAGES.shape[1:3], strict=True)
        )
        image = RNG.normal(size=IMAGES.shape[1:]).astype("float32")
        image[inside] = IMAGES[patch.sample][inside]
        value = ModelProbe(model, image[None]).outputs(path)[(0, *patch.place, channel)]
        assert value == pytest.approx(patch.value, rel=1e-5)


def test_what_sees_more_than_the_picture_is_shown_the_picture() -> None:
    found = strongest(ModelProbe(network(), IMAGES), "gap")
    patch = found.patch(0, 0)
    assert patch is not None and patch.box == ((0, 7), (0, 8)) and not patch.outside.any()
    np.testing.assert_array_equal(patch.pixels, IMAGES[patch.sample])


def test_the_weakest_have_patches_too_and_a_survey_s_samples_are_to_be_given() -> None:
    model = network()
    own = strongest(ModelProbe(model, IMAGES), "deep")
    theirs = strongest(
        ModelProbe(model, IMAGES[:1]), "deep", survey=survey(model, IMAGES, layers=["deep"])
    )
    for weakest in (False, True):
        mine = own.patch(2, 1, weakest=weakest)
        with pytest.raises(ValueError, match=r"were surveyed, and are not kept: give them as inp"):
            theirs.patch(2, 1, weakest=weakest)
        given = theirs.patch(2, 1, weakest=weakest, inputs=IMAGES)
        assert mine is not None and given is not None
        np.testing.assert_array_equal(mine.pixels, given.pixels)
    with pytest.raises(ValueError, match=r"inputs must hold sample \d+ of those surveyed; got 0"):
        theirs.patch(2, 1, inputs=IMAGES[:0])
    with pytest.raises(ValueError, match=r"channel must be below 4; got 4"):
        own.patch(4, 0)
    with pytest.raises(ValueError, match=r"rank must be below 9; got 9"):
        own.patch(0, 9)


def test_a_channel_that_sees_only_padding_has_no_patch() -> None:
    model = keras.Sequential([keras.Input((3, 3, 1)), L.ZeroPadding2D(2, name="pad")])
    found = strongest(ModelProbe(model, -np.ones((2, 3, 3, 1))), "pad")
    assert found.places[0, 0].tolist() == [0, 0] and found.patch(0, 0) is None


def test_of_several_inputs_the_first_that_the_layer_sees_is_cut() -> None:
    image, curve = keras.Input((5, 5, 1), name="image"), keras.Input((6, 2), name="curve")
    seen = L.GlobalMaxPooling2D()(L.Conv2D(2, 3, name="seen")(image))
    heard = L.Conv1D(2, 3, name="heard")(curve)
    model = keras.Model([image, curve], [seen, heard])
    probe = ModelProbe(model, [RNG.normal(size=(3, 5, 5, 1)), RNG.normal(size=(3, 6, 2))])
    found = strongest(probe, "heard")
    patch = found.patch(0, 0)
    assert patch is not None and patch.pixels.shape == (3, 2)
    first = patch.box[0][0]
    np.testing.assert_array_equal(patch.pixels, probe.inputs[1][patch.sample, first : first + 3])


def test_the_class_lift_is_of_the_strongest() -> None:
    found = strongest(planted((4, 4)), "c", count=1)
    lift = found.class_lift([0, 1, 0])
    assert (lift.classes[0], lift.hits[0], lift.base[0], lift.lift[0]) == (1, 1, 1 / 3, 3)
    with pytest.raises(ValueError, match=r"labels must be of all 3 samples; got 2"):
        found.class_lift([0, 1])
    with pytest.raises(TypeError, match=r"labels must be one whole number a sample; got an array"):
        found.class_lift([0.5, 1, 0])


def test_wrong_arguments_are_told_what_was_expected() -> None:
    probe = ModelProbe(network(), IMAGES)
    with pytest.raises(ValueError, match=r"count must be a whole number of samples, 1 or more"):
        strongest(probe, "conv", count=0)
    with pytest.raises(TypeError, match=r"survey must be a Survey; got 3; cv.survey"):
        strongest(probe, "conv", survey=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"probe must be a ModelProbe"):
        strongest(network(), "conv")
