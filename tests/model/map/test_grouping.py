"""Groups that are made anew, gone on from and edited; of channels that live, and of others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.model.map.grouping import GroupRule, checked_groups, station_groups
from cnnviz_widgets.model.map.map_columns import (
    MapColumns,
    labelled_columns,
    predicted_columns,
    sample_columns,
)
from cnnviz_widgets.model.map.profiles import StationProfile, station_reading
from cnnviz_widgets.records.map.station_groups import STATES, StationGroups

RANDOM = np.random.default_rng(3)
CLASSES = np.arange(60) % 5


def values(kinds: Any, noise: float = 0.05) -> Any:
    """Channels (60, 2, 2, C), each strong on the class that `kinds` says."""
    means = 1.0 * (CLASSES[:, None] == np.asarray(kinds)[None, :])
    spread = RANDOM.normal(size=(60, 2, 2, len(kinds))) * noise
    return (means[:, None, None, :] + spread).astype("float32")


def profile(array: Any, columns: MapColumns | None = None, **options: Any) -> StationProfile:
    made = columns or labelled_columns(CLASSES, len(array), ())
    return StationProfile.of(station_reading(array, **options), made, made.of_samples)


def grouped(array: Any, rule: GroupRule | None = None, **options: Any) -> StationGroups:
    result = station_groups(profile(array), rule or GroupRule(), **options)
    check(result)
    return result


def check(made: StationGroups) -> None:
    """What holds of any groups."""
    channels = made.groups.size
    assert sorted(made.order) == list(range(channels))
    assert made.stability.shape == (made.count,)
    living = made.states == STATES.index("living")
    assert ((made.groups >= 0) == living).all()
    assert set(made.groups[living]) == set(range(made.count))
    assert (np.diff(np.where(living, made.groups, channels)[made.order]) >= 0).all()
    assert not made.groups.flags.writeable


KINDS = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("method", ["ward", "k-means", "mean shift", "tree"])
def test_channels_alike_come_together_and_are_found_again(method: Any) -> None:
    array = values(KINDS)
    rule = GroupRule(method, 3, 4)
    made = station_groups(profile(array, with_tree=method == "tree"), rule)
    check(made)
    assert made.count == 3
    assert all(made.groups[k] == made.groups[KINDS[k]] for k in range(12))
    if method == "tree":
        assert np.isnan(made.stability).all()
    else:
        assert (made.stability > 0.85).all()
    assert made.members(made.groups[0]).tolist() != []
    np.testing.assert_allclose(made.profile[0], [1, 0, 0, 0, 0], atol=0.1)


def test_groups_of_noise_are_not_found_again() -> None:
    assert (grouped(values([0] * 20, 3.0), GroupRule("ward", 5)).stability < 0.8).all()


def test_silent_constant_and_broken_channels_are_in_no_group() -> None:
    array = values([0, 1, 2, 0, 1, 2, 0, 1])
    array[..., 0] = 0
    array[..., 1] = 0.1
    array[..., 1] *= 1 + np.float32(1e-7) * RANDOM.normal(size=array.shape[:-1])  # rounding
    array[3, 1, 0, 2] = np.nan
    array[4, 0, 0, 3] = np.inf
    made = grouped(array)
    assert [STATES[k] for k in made.states] == [
        "silent", "constant", "non-finite", "non-finite", *["living"] * 4,
    ]  # fmt: skip
    assert made.order[-4:].tolist() == [0, 1, 2, 3]
    assert made.share("non-finite") == 0.25
    assert np.isnan(made.profile[2, CLASSES[3]])
    assert np.isfinite(made.profile[2]).sum() == 4
    # The strongest value is a finite one.
    assert np.isfinite(made.values).all()


def test_without_a_living_channel_there_is_no_group() -> None:
    made = grouped(np.zeros((60, 3, 4), "float32"))
    assert made.count == 0
    assert made.order.tolist() == [0, 1, 2, 3]


def test_one_sample_one_class_one_channel() -> None:
    one = RANDOM.random((1, 3, 3, 9)).astype("float32")
    made = station_groups(profile(one, sample_columns(1, "why")), GroupRule())
    check(made)
    assert made.count == 3  # by how strong they are
    assert np.isnan(made.stability).all()
    units = station_groups(profile(one[:, 0, 0], sample_columns(1, "why")), GroupRule())
    check(units)
    assert units.places.shape == (9, 0)
    single = labelled_columns(np.zeros(60, int), 60, ())
    check(station_groups(profile(values(KINDS), single), GroupRule("ward", 3)))
    assert grouped(values([2])).groups.tolist() == [0]


def test_of_two_classes_channels_are_told_apart_by_samples() -> None:
    # On two columns a standard row is one of three.
    halves = labelled_columns(CLASSES % 2, 60, ())
    made = station_groups(profile(values(KINDS), halves), GroupRule("ward", 3))
    assert all(made.groups[k] == made.groups[KINDS[k]] for k in range(12))
    assert made.profile.shape == (12, 2)


def test_labels_that_are_not_known_and_classes_without_a_sample() -> None:
    labels = np.where(CLASSES == 4, -1, CLASSES)
    columns = labelled_columns(labels, 60, list("abcdef"))
    assert columns.names == tuple("abcd")
    assert columns.notes == ("No sample is of 'e', 'f': no column.",)
    made = station_groups(profile(values(KINDS), columns), GroupRule("ward", 3))
    check(made)
    assert made.profile.shape[1] == 4
    assert np.isfinite(made.profile).all()
    assert made.count == 3


# --- From moment to moment ---------------------------------------------------------------------


def test_groups_keep_their_numbers_and_stay_where_nothing_changes() -> None:
    array = values(KINDS)
    first = grouped(array, GroupRule("ward", 3))
    turned = StationGroups(
        groups=(first.groups + 1) % 3,
        **{name: getattr(first, name) for name in (
            "states", "profile", "order", "stability", "values", "samples", "places"
        )},
    )  # fmt: skip
    again = grouped(array, GroupRule("ward", 3), previous=turned)
    assert (again.groups == turned.groups).all()
    later = grouped(array + 0.3 * values([4] * 12), GroupRule("ward", 3), previous=turned)
    assert (later.groups == turned.groups).all()


def test_a_channel_that_wakes_comes_to_the_nearest_group() -> None:
    array = values(KINDS)
    array[..., 5] = 0
    asleep = grouped(array, GroupRule("ward", 3))
    assert asleep.groups[5] == -1
    woken = grouped(values(KINDS), GroupRule("ward", 3), previous=asleep)
    assert woken.groups[5] == woken.groups[2]


def test_pins_hold_and_a_dead_pinned_channel_is_in_no_group() -> None:
    array = values(KINDS)
    array[..., 7] = 0
    made = grouped(array, GroupRule("ward", 3), pins={0: 1, 7: 1, 3: 3})
    assert made.pinned == {0, 3}
    assert made.groups[0] == 1
    assert made.groups[3] == 3
    assert made.groups[7] == -1
    with pytest.raises(ValueError, match=r"a pinned channel must be .*12"):
        grouped(array, pins={12: 0})


def test_an_edit_is_taken_as_it_is() -> None:
    array = values(KINDS)
    array[..., 7] = 0
    edited = np.array([0, 0, 0, 1, 1, 1, 4, 4, 4, 4, 4, -1])
    made = grouped(array, edited=edited, pins={2: 0})
    assert made.groups[:7].tolist() == [0, 0, 0, 1, 1, 1, 2]  # no number is left out
    assert made.groups[7] == -1
    assert made.groups[11] >= 0
    assert made.pinned == {2}


def test_of_another_width_the_earlier_groups_say_nothing() -> None:
    earlier = grouped(values(KINDS[:6]))
    made = grouped(values(KINDS), GroupRule("ward", 3), previous=earlier)
    assert made.count == 3


def test_wide_stations_are_grouped_in_bounded_time() -> None:
    kinds = RANDOM.integers(5, size=9000)
    made = grouped(values(kinds)[:, 0, 0], GroupRule("ward", 5))
    assert made.count == 5
    assert all(len(set(kinds[made.groups == group])) == 1 for group in range(5))
    assert (made.stability > 0.9).all()


# --- Columns -----------------------------------------------------------------------------------


def test_predicted_classes_and_samples() -> None:
    few = np.array([1, 1, 4, 4, -1])
    assert predicted_columns(few, ()) is None
    three = predicted_columns(np.array([1, 1, 4, 7, -1]), ())
    assert three is not None
    assert (three.names, three.kind) == (("1", "4", "7"), "predicted")
    assert three.of_samples.tolist() == [0, 0, 1, 2, -1]
    many = predicted_columns(
        np.repeat(np.arange(40), np.arange(1, 41)), [f"c{k}" for k in range(40)]
    )
    assert many is not None
    assert many.names == tuple(f"c{k}" for k in range(24, 40))
    assert "Of 40 classes the 16 with the most samples are columns." in many.notes
    samples = sample_columns(40, "the model is no classifier")
    assert len(samples.names) == 16
    assert samples.names[:2] == ("sample 0", "sample 2")
    assert "16 of 40 samples" in samples.notes[0]


def test_of_many_labelled_classes_the_most_frequent_are_columns() -> None:
    labels = np.r_[np.arange(100), np.arange(60, 100)]
    columns = labelled_columns(labels, labels.size, ())
    assert columns.names == tuple(str(k) for k in range(60, 92))
    assert set(columns.of_samples[:60]) == {-1}
    assert "Of 100 classes the 32" in columns.notes[0]


@pytest.mark.parametrize(
    "wrong", [0, -1, 2.5, True, "wards", [3], ("ward", 3), {"conv": "best"}, {"conv": 0}]
)
def test_wrong_groups(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="groups"):
        checked_groups(wrong)
