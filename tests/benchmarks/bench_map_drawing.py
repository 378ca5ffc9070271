"""The map of a network as the page draws it: what it keeps of the effects, and how much it crosses.

Effects of groups of channels on those of the next station: of two small networks trained here, and
made up in the shape of ResNet50, with and without shortcuts. Of what acts on each group 80 % is
drawn. The page's own functions run in Node (`frontend/test/network-map/measure.ts`). Weighted
crossings are products of the strengths of both lines; where curves are meant, they are followed as
they are painted at 1,300 × 600 pixels. Times are the processor's, medians of 7 runs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

from .map_drawing.networks import Effects, made_up, trained
from .table import Row

FRONTEND = Path(__file__).parents[2] / "cnnviz_widgets" / "frontend"
SHARE = 0.8
RUN = """
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const entryPoints = ["test/network-map/measure.ts"];
const { outputFiles } = await build({ entryPoints, bundle: true, format: "esm", write: false });
const code = Buffer.from(outputFiles[0].contents).toString("base64");
const { measure, measureBundles } = await import(`data:text/javascript;base64,${code}`);
const clock = () => process.cpuUsage().user / 1000;
const { networks, share } = JSON.parse(readFileSync(0, "utf8"));
const measured = networks.map((network) => measure(network, share, clock));
console.log(JSON.stringify({ measured, bundles: measureBundles(clock) }));
"""


def networks() -> list[Effects]:
    """The networks whose maps are measured."""
    small = (8, 8, "P", 16, 16, "P", 32, 32, "P")
    base = (8, 8, "P", 16, 16, "P", 16, 16, 16, "P", 32, 32, 32, "P")
    return [
        trained("8 stations, trained", small, seed=0),
        trained("12 stations, trained", base, seed=0),
        made_up("14 stations of 7 groups", 14, 7, skips=0, seed=0),
        made_up("the same with 6 shortcuts", 14, 7, skips=6, seed=1),
    ]


def rows() -> list[Row]:
    """The rows of the table."""
    given = {"networks": [network.as_json() for network in networks()], "share": SHARE}
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", RUN],
        cwd=FRONTEND,
        input=json.dumps(given),
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    measured = found["measured"]
    return [
        *(row for one in measured for row in _of_network(one)),
        _bundled_together(measured),
        Row(
            "bundles of 24 × 24 groups",
            "50 ms",
            f"{found['bundles']['random']:.1f} ms, at worst {found['bundles']['worst']:.1f} ms",
            "≤ 50 ms",
            max(found["bundles"].values()) <= 50,
            "all edges, of random signs; at worst all but the diagonal of one sign: "
            "2²⁴ maximal bicliques",
        ),
    ]


def _of_network(one: dict[str, Any]) -> list[Row]:
    crossings, name = one["crossings"], one["name"]
    ratio = crossings["sifted"] / crossings["natural"]
    order = one["milliseconds"]["order"]
    return [
        Row(
            f"{name}: R² of the effects as drawn",
            "the whole matrices",
            f"{one['fit']:.2f}, median pair of stations {one['pairFit']:.2f}",
            "≥ 0.90",
            min(one["fit"], one["pairFit"]) >= 0.9,
            f"{one['drawn']} of {one['edges']} edges, as {one['lines']} lines",
        ),
        Row(
            f"{name}: weighted crossings in the order by sifting",
            "natural order",
            f"{ratio:.2f}×",
            "≤ 0.75×",
            ratio <= 0.75,
            f"{crossings['sifted']:.0f}, barycentre {crossings['barycentre']:.0f}, natural "
            f"{crossings['natural']:.0f}; {order:.0f} ms",
        ),
        Row(
            f"{name}: crossings of the curves, sifted and bundled",
            "barycentre's order, edge by edge",
            f"{_bundled(one):.2f}×, counted {_bundled(one, 'count'):.2f}×",
            "≤ 0.65×",
            _bundled(one) <= 0.65,
            f"weighted; {one['painted']['bundled']['count']} against "
            f"{one['painted']['barycentre']['count']} crossings, "
            f"{one['painted']['sifted']['count']} sifted and not bundled",
        ),
    ]


def _bundled(one: dict[str, Any], how: str = "weighted") -> float:
    painted = one["painted"]
    return float(painted["bundled"][how] / painted["barycentre"][how])


def _bundled_together(measured: list[dict[str, Any]]) -> Row:
    ratios = [_bundled(one) for one in measured]
    slowest = max(one["milliseconds"]["order"] for one in measured)
    return Row(
        "crossings of the curves, sifted and bundled, median network",
        "barycentre's order, edge by edge",
        f"{statistics.median(ratios):.2f}×",
        "≤ 0.65×",
        statistics.median(ratios) <= 0.65,
        f"the order takes {slowest:.0f} ms at most",
    )
