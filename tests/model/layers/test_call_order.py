"""Calls of shared layers: numbered as they were written, whatever order Keras runs them in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from keras import layers as L

from cnnviz_widgets.model import ModelCallError, ModelProbe
from cnnviz_widgets.model.experiments.ablation import ablate
from cnnviz_widgets.model.experiments.fresh_model import fresh_probe
from cnnviz_widgets.model.experiments.model_comparison import LiveSide, ModelComparison

A, B = np.ones((2, 3), "float32"), 10 * np.ones((2, 3), "float32")


def scaling(factor: float, name: str) -> Any:
    """A dense layer of 3 units that multiplies by `factor`."""
    layer = L.Dense(3, use_bias=False, name=name)
    layer.build((None, 3))
    layer.set_weights([factor * np.eye(3, dtype="float32")])
    return layer


def trunk() -> Any:
    """Times 2, then times 3."""
    inputs = keras.Input((3,))
    return keras.Model(inputs, scaling(3, "d")(scaling(2, "c")(inputs)), name="trunk")


def two_inputs() -> tuple[Any, Any]:
    return keras.Input((3,), name="a"), keras.Input((3,), name="b")


def returned_apart() -> Any:
    shared, (a, b) = trunk(), two_inputs()
    return keras.Model([a, b], [shared(a), shared(b)])


def joined() -> Any:
    shared, (a, b) = trunk(), two_inputs()
    one, two = shared(a), shared(b)
    return keras.Model([a, b], L.Subtract(name="gap")([L.ReLU(name="r")(one), two]))


def joined_by_operations() -> Any:
    shared, (a, b) = trunk(), two_inputs()
    return keras.Model([a, b], keras.ops.abs(shared(a)) - keras.ops.square(shared(b)))


class Functions(keras.Model):
    """The same in a call of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = trunk()

    def call(self, inputs: Any) -> Any:
        a, b = inputs
        return [self.trunk(a), self.trunk(b)]


def as_built(model: Any, folder: Path) -> Any:
    return model


def saved_and_loaded(model: Any, folder: Path) -> Any:
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


def cloned(model: Any, folder: Path) -> Any:
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    return clone


def eager(model: Any, folder: Path) -> Any:
    model.compile("sgd", "mse", run_eagerly=True)
    return model


@pytest.mark.parametrize("way", [as_built, saved_and_loaded, cloned, eager])
@pytest.mark.parametrize("network", [returned_apart, joined, joined_by_operations])
def test_a_twin_network_s_calls_are_numbered_as_written(
    network: Callable[[], Any], way: Callable[[Any, Path], Any], tmp_path: Path
) -> None:
    probe = ModelProbe(way(network(), tmp_path), [A, B])
    values = {path: array[0, 0] for path, array in probe.read().items()}
    expected = {"trunk/c": 2, "trunk/d": 6, "trunk/c:1": 20, "trunk/d:1": 60}
    assert {path: values[path] for path in expected} == expected
    # The list follows, call by call.
    assert [info.path for info in probe.layers if info.path in expected] == list(expected)
    assert {info.path: info.inputs for info in probe.layers if info.path in expected} == {
        "trunk/c": ("a",),
        "trunk/d": ("a",),
        "trunk/c:1": ("b",),
        "trunk/d:1": ("b",),
    }
    assert probe.info("trunk/d:1").parents == ("trunk/c:1",)
    assert [probe.info(path).call_index for path in expected] == [0, 0, 1, 1]


def test_what_was_written_first_is_first_though_it_is_used_last() -> None:
    shared, (a, b) = trunk(), two_inputs()
    of_b = shared(b)
    probe = ModelProbe(keras.Model([a, b], [shared(a), of_b]), [A, B])
    assert (probe.outputs("trunk/c")[0, 0], probe.info("trunk/c").inputs) == (20, ("b",))
    assert (probe.outputs("trunk/c:1")[0, 0], probe.info("trunk/c:1").inputs) == (2, ("a",))


def test_a_subclassed_model_s_calls_are_numbered_as_they_are_made() -> None:
    probe = ModelProbe(Functions(), [A, B])
    assert [info.path for info in probe.layers] == [
        *("trunk/c", "trunk/d", "trunk/c:1", "trunk/d:1")
    ]
    assert probe.info("trunk/c").inputs == ("input[0]",)
    assert probe.outputs("trunk/d:1")[0, 0] == 60


def test_a_shared_layer_in_a_shared_model_in_a_shared_model() -> None:
    inputs = keras.Input((3,))
    twice = scaling(2, "twice")
    left = twice(inputs)
    right = twice(inputs + 1.0)
    inner = keras.Model(inputs, [left, right], name="inner")
    inputs = keras.Input((3,))
    first = inner(inputs)
    second = inner(inputs + 100.0)
    outer = keras.Model(inputs, [*first, *second], name="outer")
    a, b = two_inputs()
    probe = ModelProbe(keras.Model([a, b], [*outer(a), *outer(b)]), [A, B])
    found = [probe.outputs(f"outer/inner/twice{end}")[0, 0] for end in ["", *ENDS]]
    # x, x + 1, x + 100, x + 101 for x = 1 and x = 10, all doubled.
    assert found == [2, 4, 202, 204, 20, 22, 220, 222]


ENDS = [f":{k}" for k in range(1, 8)]


class Chatty(keras.Layer):
    """Calls the layer in it twice, in code of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = scaling(2, "inner")

    def call(self, x: Any) -> Any:
        return self.inner(self.inner(x))


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_block_of_its_own_code_inside_a_shared_model(run_eagerly: bool) -> None:
    inputs = keras.Input((3,))
    shared = keras.Model(inputs, Chatty(name="block")(inputs), name="shared")
    a, b = two_inputs()
    model = keras.Model([a, b], [shared(a), shared(b)])
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    probe = ModelProbe(model, [A, B])
    assert {info.path: int(probe.outputs(info.path)[0, 0]) for info in probe.layers} == {
        "shared/block/inner": 2,
        "shared/block/inner:1": 4,
        "shared/block": 4,
        "shared/block/inner:2": 20,
        "shared/block/inner:3": 40,
        "shared/block:1": 40,
    }


def test_a_functional_model_with_a_call_of_its_own_runs_its_graph() -> None:
    class Louder(keras.Model):
        def call(self, inputs: Any) -> Any:
            return [2 * each for each in super().call(inputs)]

    shared, (a, b) = trunk(), two_inputs()
    one, two = shared(a), shared(b)
    probe = ModelProbe(Louder([a, b], [keras.ops.relu(one), two]), [A, B])
    values = {info.kind if info.kind == "Relu" else info.path: info for info in probe.layers}
    assert list(values) == ["trunk/c", "trunk/d", "trunk/c:1", "trunk/d:1", "Relu"]
    assert probe.outputs("trunk/c")[0, 0] == 2
    assert values["Relu"].inputs == ("a",)


class Refusing(keras.Layer):
    """Does not take what is large."""

    def call(self, x: Any) -> Any:
        if float(keras.ops.max(x)) > 15:
            raise ValueError("too large")
        return x

    def compute_output_shape(self, shape: Any) -> Any:
        return shape


def test_an_error_names_the_call_as_the_list_would() -> None:
    inputs = keras.Input((3,))
    shared = keras.Model(inputs, Refusing(name="r")(scaling(2, "c")(inputs)), name="trunk")
    a, b = two_inputs()
    model = keras.Model([a, b], [shared(a), shared(b)])
    model.compile("sgd", "mse", run_eagerly=True)
    with pytest.raises(ModelCallError, match="too large") as raised:
        _ = ModelProbe(model, [A, B]).layers
    assert raised.value.path == "trunk/r:1"


def test_a_model_made_from_tensors_inside_another_follows_its_order() -> None:
    shared, (a, b) = scaling(2, "shared"), two_inputs()
    x, y = scaling(3, "x")(a), scaling(5, "y")(b)
    of_y = shared(y)
    of_x = shared(x)
    probe = ModelProbe(keras.Model([x, y], [of_x, of_y]), [A, B])
    assert probe.outputs("shared")[0, 0] == 20
    assert probe.outputs("shared:1")[0, 0] == 2


def test_ablation_takes_the_call_that_the_path_names() -> None:
    model = returned_apart()
    probe = ModelProbe(model, [A, B])
    # ‖(6, 6, 6)‖ of ‖(6, 6, 6, 60, 60, 60)‖, and the other way round.
    assert ablate(probe, "trunk/c", range(3)).change == pytest.approx(1 / np.sqrt(101))
    assert ablate(probe, "trunk/c:1", range(3)).change == pytest.approx(10 / np.sqrt(101))


def test_a_comparison_with_a_clone_pairs_the_same_calls() -> None:
    model = joined()
    clone = cloned(model, Path())
    comparison = ModelComparison(
        LiveSide(ModelProbe(model, [A, B]), "a"), LiveSide(ModelProbe(clone, [A, B]), "b")
    )
    assert {change.change for change in comparison.changes("index")} == {0}


@pytest.mark.parametrize("paths", [None, ["trunk/c:1"], ["gap"]])
def test_the_fresh_reference_numbers_its_calls_alike(paths: list[str] | None) -> None:
    fresh = fresh_probe(ModelProbe(joined(), [A, B]), paths)
    assert (fresh.info("trunk/c").inputs, fresh.info("trunk/c:1").inputs) == (("a",), ("b",))
    kernel = fresh.weights("trunk/c")["kernel"]
    np.testing.assert_allclose(fresh.outputs("trunk/c:1"), B @ kernel, rtol=1e-5)


def test_layers_that_are_not_shared_stay_in_execution_order() -> None:
    a, b = two_inputs()
    towers = [scaling(2, f"{name}2")(scaling(3, f"{name}1")(x)) for name, x in (("a", a), ("b", b))]
    probe = ModelProbe(keras.Model([a, b], towers), [A, B])
    executed = [
        node.operation.name
        for depth in sorted(probe.model._nodes_by_depth, reverse=True)
        for node in probe.model._nodes_by_depth[depth]
        if not node.is_input
    ]
    assert [info.path for info in probe.layers] == executed


# --- Any graph, beside its pieces called by hand in the order of writing ----------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["one", "two", "nest", "add", "own"]), st.integers(0), st.integers(0)
    ),
    min_size=2,
    max_size=12,
)
ENDS_OF_GRAPH = st.lists(st.integers(0), min_size=1, max_size=3)


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    steps=STEPS, ends=st.lists(st.integers(0), min_size=1, max_size=3), run_eagerly=st.booleans()
)
def test_any_graph_of_shared_layers(
    steps: list[tuple[str, int, int]], ends: list[int], run_eagerly: bool
) -> None:
    one, two = scaling(2, "one"), scaling(-1, "two")
    inputs = keras.Input((3,))
    # Of its own: a configuration would not tell that both models have the same.
    inner = scaling(2, "one")
    nest = keras.Model(inputs, scaling(-1, "two")(inner(inner(inputs) + 1.0)), name="nest")
    a, b = two_inputs()
    # Symbols, their values by hand, and which inputs they come from.
    symbols = [a, b]
    values, sources = [A, B], [{"a"}, {"b"}]
    written: list[tuple[Any, str, np.ndarray, set[str]]] = []
    for number, (what, first, second) in enumerate(steps):
        k = first % len(symbols)
        x, value, source = symbols[k], values[k], sources[k]
        if what == "one":
            symbols.append(one(x))
            values.append(value * 2)
        elif what == "two":
            symbols.append(two(x))
            values.append(-value)
        elif what == "nest":
            symbols.append(nest(x))
            values.append(-2 * (2 * value + 1))
        elif what == "own":
            symbols.append(scaling(1.5, f"own{number}")(x))
            values.append(1.5 * value)
        else:
            j = second % len(symbols)
            symbols.append(L.Add(name=f"add{number}")([x, symbols[j]]))
            values.append(value + values[j])
            source = source | sources[j]
        sources.append(source)
        written.append((symbols[-1], what, value, source))
    outputs = [symbols[2 + end % len(steps)] for end in ends]
    model = keras.Model([a, b], outputs)
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    in_model = {
        id(tensor)
        for nodes in model._nodes_by_depth.values()
        for node in nodes
        for tensor in node.outputs
    }
    expected: dict[str, list[tuple[np.ndarray, set[str]]]] = {
        key: [] for key in ("one", "two", "nest/one", "nest/two")
    }
    for symbol, what, value, source in written:
        if id(symbol) not in in_model:
            continue
        if what == "one":
            expected["one"].append((2 * value, source))
        elif what == "two":
            expected["two"].append((-value, source))
        elif what == "nest":
            expected["nest/one"] += [(2 * value, source), (2 * (2 * value + 1), source)]
            expected["nest/two"].append((-2 * (2 * value + 1), source))
    probe = ModelProbe(model, [A, B])
    found = probe.read()
    infos = {info.path: info for info in probe.layers}
    for base, calls in expected.items():
        paths = [base, *(f"{base}:{k}" for k in range(1, len(calls)))][: len(calls)]
        assert [path for path in infos if path.split(":")[0] == base] == paths
        for path, (value, source) in zip(paths, calls, strict=True):
            np.testing.assert_allclose(found[path], value, rtol=1e-5)
            assert infos[path].inputs == tuple(sorted(source))
    reloaded = keras.Model.from_config(model.get_config())
    reloaded.set_weights(model.get_weights())
    again = ModelProbe(reloaded, [A, B]).read()
    assert all(np.allclose(again[path], array) for path, array in found.items())
    # What a layer reads comes before it.
    seen: set[str] = set()
    for info in probe.layers:
        assert seen.issuperset(info.parents)
        seen.add(info.path)
