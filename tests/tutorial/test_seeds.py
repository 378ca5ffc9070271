"""The study over seeds: run, interrupted, gone on with, stored, read, told and drawn."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from dcgan_study.__main__ import main
from dcgan_study.checkpoints import load_checkpoint
from dcgan_study.faces import Faces
from dcgan_study.measures import MEASURES, Outcome
from dcgan_study.networks import VERSIONS
from dcgan_study.scale import QUICK, Scale
from dcgan_study.seeds import FILE, Run, Seeds
from dcgan_study.seeds_runs import run_seeds
from dcgan_study.training import Gan
from PIL import Image

SIZE = 16
SCALE = Scale(SIZE, 3, batch=16)
KEYS = [(3, "tanh", 0), (2, "tanh", 1)]
LANDMARKS = {
    "real faces": {"diversity": 1.0, "distance": 0.01},
    "average face": {"diversity": 0.0, "distance": 1.0},
}


def run(
    version: int = 1,
    seed: int = 0,
    *,
    output: str = "tanh",
    diversity: float = 0.8,
    distance: float = 0.2,
    dead: float = 0.5,
) -> Run:
    outcome = Outcome(
        version=version,
        output=output,
        seed=seed,
        dead={"dense1": dead, "dense2": dead} if version == 1 else {"dense2": dead},
        diversity=diversity,
        distance=distance,
        forks={"conv1": 0.125, "conv2": 0.25, "conv3": math.nan},
        unreachable=0.0,
    )
    return Run(outcome, 1500, 30.5)


def seeds_of(*runs: Run, path: Path = Path("seeds.json")) -> Seeds:
    settings = {"size": 40, "steps": 1500, "batch": 64}
    return Seeds(path, settings, {"cores": 2}, LANDMARKS, runs)


def cells(text: str) -> dict[str, list[str]]:
    """The lines of a table in text, by their first cell."""
    lines = [re.split(r"  +", line) for line in text.splitlines() if "  " in line]
    return {name: rest for name, *rest in lines}


class TestStored:
    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        faces = np.full((8, 16, 16, 3), (200, 40, 90), np.uint8)
        faces[5] = 255
        seeds = seeds_of(path=tmp_path / "new" / "seeds.json")
        # The second replaces the first.
        for each in (run(2, 1), run(2, 1, distance=math.nan), run(1, 4), run(2, 0)):
            seeds = seeds.plus(each, faces)
            seeds.write()
        again = Seeds.read(seeds.path)
        assert (again.settings, again.machine) == (seeds.settings, seeds.machine)
        assert [each.key for each in again.runs] == [
            (1, "tanh", 4),
            (2, "tanh", 0),
            (2, "tanh", 1),
        ]
        assert math.isnan(again.runs[2].outcome.distance)
        assert again.runs[0].outcome.dead == {"dense1": 0.5, "dense2": 0.5}
        assert (again.runs[0].steps, again.runs[0].seconds) == (1500, 30.5)
        kept = again.faces(again.runs[0]).astype(int)
        assert kept.shape == (8, 16, 16, 3)
        assert np.abs(kept[[0, 4, 6]] - (200, 40, 90)).max() < 4
        assert kept[5].min() > 252
        # Nothing half written is left, and any reader of JSON can read it.
        assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {
            "seeds.json",
            "v1_tanh_4.jpg",
            "v2_tanh_0.jpg",
            "v2_tanh_1.jpg",
        }
        text = seeds.path.read_text()
        assert "NaN" not in text
        assert len(json.loads(text)["runs"]) == 3

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="python -m dcgan_study seeds"):
            Seeds.read(tmp_path / "none.json")

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"runs": [{}]}', '{"runs": 3}'])
    def test_damaged_or_something_else(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "seeds.json").write_text(text)
        with pytest.raises(ValueError, match="no file of the study over seeds, or is damaged"):
            Seeds.read(tmp_path / "seeds.json")


class TestTypical:
    @pytest.mark.parametrize(
        ("distances", "seed"),
        [([0.3], 0), ([0.1, 0.9, 0.4], 2), ([0.4, 0.3, 0.1, 0.2], 3), ([math.nan, 2, 1], 1)],
    )
    def test_the_median_run(self, distances: list[float], seed: int) -> None:
        runs = [run(2, i, distance=distance) for i, distance in enumerate(distances)]
        assert seeds_of(*runs, run(1, 9, distance=0.25)).typical(2).outcome.seed == seed

    def test_no_run(self) -> None:
        with pytest.raises(ValueError, match=r"no run of version 3 .* there are v1, v2 relu"):
            seeds_of(run(1), run(2, output="relu")).typical(3)


class TestTable:
    def test_by_hand(self) -> None:
        table = cells(
            str(
                seeds_of(
                    run(1, 0, diversity=0.1, dead=0.45, distance=2),
                    run(1, 1, diversity=0.2, dead=0.5, distance=1.5),
                    run(1, 2, diversity=0.7, dead=0.47, distance=math.nan),
                    run(2, 0, dead=0.005),
                    run(2, 0, output="relu"),
                )
            )
        )
        assert table[""] == ["v1", "v2", "v2 relu"]
        assert table["runs"] == ["3", "1", "1"]
        assert table["collapsed"] == ["2 of 3", "0 of 1", "0 of 1"]
        assert table["dead units, dense1"] == ["47 % (45–50 %)", "–", "–"]
        assert table["dead units, dense2"] == ["47 % (45–50 %)", "0.5 %", "50 %"]
        assert table["diversity"] == ["0.20 (0.10–0.70)", "0.80", "0.80"]
        assert table["distance from real faces"] == ["1.75 (1.50–2.00)", "0.20", "0.20"]
        assert table["fork spread, conv3"] == ["–"] * 3

    def test_text_and_html_say_the_same(self) -> None:
        seeds = seeds_of(run(1), run(2, output="a<b")).beside(run(3, 7, diversity=0.5).outcome)
        text, html = str(seeds), seeds._repr_html_()
        assert "2 runs of 1,500 steps at 40×40 pixels" in text
        assert "real faces: diversity 1.00, distance 0.01" in text
        assert cells(text)[""] == ["v1", "v2 a<b", "yours, v3"]
        assert cells(text)["diversity"] == ["0.80", "0.80", "0.50"]
        shown = re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", html)
        columns = 4
        assert len(shown) == columns * (3 + len(MEASURES))
        assert shown[:columns] == ["", "v1", "v2 a&lt;b", "yours, v3"]
        assert "a<b" not in html
        flat = [cell for name, row in cells(text).items() for cell in (name, *row)]
        assert [cell.replace("&lt;", "<") for cell in shown] == flat

    def test_without_runs(self) -> None:
        assert "0 runs" in str(seeds_of())


class TestFigures:
    RUNS = (
        run(1, 0, diversity=0.1, distance=2),
        run(1, 1, diversity=0.05, distance=3),
        run(2, 0),
        run(2, 1, distance=math.nan),
        run(3, 0, dead=0.0),
    )

    @staticmethod
    def markers(panel: object) -> list[str]:
        return [
            line.get_marker() for line in panel.lines if line.get_marker() not in (None, "None")
        ]

    def test_each_run_is_a_dot_in_each_panel(self) -> None:
        figure = seeds_of(*self.RUNS).figure()
        panels = {panel.get_title(loc="left"): panel for panel in figure.axes}
        assert sorted(self.markers(panels["diversity"])) == ["X", "X", "o", "o", "o"]
        assert sorted(self.markers(panels["distance from real faces"])) == ["X", "X", "o", "o"]
        assert sorted(self.markers(panels["dead units, dense1"])) == ["X", "X"]
        assert self.markers(panels["fork spread, conv3"]) == []
        heights = {line.get_ydata()[0] for line in panels["distance from real faces"].lines}
        assert heights == {2, 3, 0.2, 0.01, 1.0}
        assert [tick.get_text() for tick in panels["diversity"].get_xticklabels()] == [
            "v1",
            "v2",
            "v3",
        ]

    def test_a_seed_stands_at_the_same_place_in_every_column(self) -> None:
        figure = seeds_of(*self.RUNS).figure()
        panel = next(p for p in figure.axes if p.get_title(loc="left") == "diversity")
        x = [line.get_xdata()[0] for line in panel.lines if line.get_marker() in ("o", "X")]
        assert np.subtract(x, [0, 0, 1, 1, 2]) == pytest.approx([-0.3, 0.3, -0.3, 0.3, -0.3])

    def test_yours_are_marked(self) -> None:
        seeds = seeds_of(*self.RUNS)
        own = seeds.beside(run(2, 5, diversity=0.6).outcome)
        for each, count in ((seeds, 0), (own, 1)):
            figure = each.figure()
            panel = next(p for p in figure.axes if p.get_title(loc="left") == "diversity")
            assert self.markers(panel).count("D") == count
            legend = [text.get_text() for text in figure.axes[-1].get_legend().get_texts()]
            assert ("yours" in legend) == bool(count)

    def test_faces_of_every_run(self, tmp_path: Path) -> None:
        seeds = seeds_of(path=tmp_path / "seeds.json")
        for i, each in enumerate(self.RUNS):
            seeds = seeds.plus(each, np.full((8, SIZE, SIZE, 3), 40 * i, np.uint8))
        sheet = seeds.face_sheet()
        image = np.asarray(sheet.image).astype(int)
        # A row a seed of each version, and nothing of the lines between the faces.
        shades, counts = np.unique(image[..., 0], return_counts=True)
        area = {shade: 8 * SIZE**2 for shade in (40, 80, 120, 160)}
        for shade, expected in area.items():
            near = np.abs(shades - shade) <= 2
            assert counts[near].sum() == pytest.approx(expected, rel=0.05)
        assert "v1: all collapsed" in sheet.description
        assert "v2: none collapsed" in sheet.description


class Interrupted:
    """Presses Ctrl-C when a certain run has made its first steps."""

    def __init__(self, runs: int) -> None:
        self.left = runs

    def __call__(self, gan: Gan) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1


class TestRuns:
    @pytest.fixture(scope="class")
    @staticmethod
    def faces() -> Faces:
        return Faces(size=SIZE)

    @pytest.fixture(scope="class")
    @staticmethod
    def whole(faces: Faces, tmp_path_factory: pytest.TempPathFactory) -> Seeds:
        path = tmp_path_factory.mktemp("whole") / "seeds.json"
        for _ in run_seeds(path, KEYS, faces=faces, scale=SCALE, progress=lambda gan: None):
            pass
        return Seeds.read(path)

    def test_all_are_there(self, whole: Seeds) -> None:
        assert {each.key for each in whole.runs} == set(KEYS)
        assert {each.steps for each in whole.runs} == {3}
        assert all(each.seconds > 0 for each in whole.runs)
        assert whole.settings["steps"] == 3
        assert whole.machine.keys() >= {"tensorflow", "keras", "numpy", "python"}
        assert whole.faces(whole.runs[0]).shape == (8, SIZE, SIZE, 3)

    def test_interrupted_and_gone_on_with(self, whole: Seeds, faces: Faces, tmp_path: Path) -> None:
        path = tmp_path / "seeds.json"
        runs = run_seeds(path, KEYS, faces=faces, scale=SCALE, progress=Interrupted(1))
        with pytest.raises(KeyboardInterrupt):
            list(runs)
        assert [each.key for each in Seeds.read(path).runs] == KEYS[:1]
        rest = list(run_seeds(path, KEYS, faces=faces, scale=SCALE, progress=lambda gan: None))
        assert [each.key for each in rest] == KEYS[1:]
        for found, expected in zip(Seeds.read(path).runs, whole.runs, strict=True):
            assert found.key == expected.key
            # TensorFlow does not promise the last digit of float32, another seed changes the first.
            for name in ("dead", "diversity", "distance", "forks", "unreachable"):
                before = getattr(expected.outcome, name)
                assert getattr(found.outcome, name) == pytest.approx(before, rel=1e-4), name

    @pytest.mark.parametrize("scale", [Scale(SIZE, 4, batch=16), Scale(SIZE, 3, batch=32)])
    def test_other_settings_are_not_mixed_in(
        self, whole: Seeds, faces: Faces, scale: Scale
    ) -> None:
        before = whole.path.read_bytes()
        with pytest.raises(ValueError, match=r"made otherwise .* there, .* here"):
            list(run_seeds(whole.path, KEYS, faces=faces, scale=scale, progress=print))
        assert whole.path.read_bytes() == before


class TestCommandLine:
    def test_runs_and_networks_from_a_terminal(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = str(tmp_path / "seeds.json")
        small = ["--versions", "2", "--file", file]
        assert main(["seeds", *small, "--seeds", "1", "--size", "16", "--steps", "2"]) == 0
        assert "v2, seed 0: " in capsys.readouterr().out
        assert main(["checkpoints", *small]) == 0
        told = capsys.readouterr().out
        assert load_checkpoint(2, tmp_path / "v2.npz", size=16).step == 2
        # The run of the study, and the same run once more.
        again, before = re.findall(r"dead dense2 .*", told)
        assert again == before
        pictures = [tmp_path / "measures.png", tmp_path / "faces.png"]
        shown = ["show", "--file", file, "--figure", str(pictures[0]), "--faces", str(pictures[1])]
        assert main(shown) == 0
        assert "1 run of 2 steps at 16×16 pixels" in capsys.readouterr().out
        for picture in pictures:
            with Image.open(picture) as image:
                assert min(image.size) > 50

    def test_errors_are_told_without_a_traceback(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["show", "--file", str(tmp_path / "none.json")]) == 1
        assert "there is no" in capsys.readouterr().err

    @pytest.mark.parametrize("wrong", [["--seeds", "0"], ["--versions", "4"], ["--seeds", "x"]])
    def test_wrong_arguments(self, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["seeds", *wrong])
        assert ended.value.code == 2
        assert wrong[0] in capsys.readouterr().err


class TestShipped:
    """The file that comes with the study."""

    def test_every_version_has_its_seeds_and_their_faces(self) -> None:
        seeds = Seeds.read()
        for version in VERSIONS:
            runs = seeds.group(version)
            assert [each.outcome.seed for each in runs] == list(range(len(runs)))
            assert len(runs) >= 5
            for each in runs:
                assert each.steps == 1500
                assert seeds.faces(each).shape == (8, 40, 40, 3)
        assert seeds.scale == QUICK

    def test_no_picture_without_a_run(self) -> None:
        seeds = Seeds.read()
        assert len(list((FILE.parent / "faces").iterdir())) == len(seeds.runs)
        assert sum(file.stat().st_size for file in (FILE.parent / "faces").iterdir()) < 3e5

    def test_what_the_tutorial_says_of_it(self) -> None:
        """Version 1 is largely dead and collapses, 2 does not, and 3 is nearer real faces."""
        seeds = Seeds.read()
        dead = {
            version: [each.outcome.dead["dense2"] for each in seeds.group(version)]
            for version in VERSIONS
        }
        assert min(dead[1]) > 0.3
        assert max(dead[2] + dead[3]) < 0.1
        assert all(each.outcome.collapsed for each in seeds.group(1))
        assert seeds.typical(3).outcome.distance < seeds.typical(2).outcome.distance < 1
