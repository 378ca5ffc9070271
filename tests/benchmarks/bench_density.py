"""Densities: speed against a loop of SciPy's estimate, and error against the truth."""

from __future__ import annotations

import tracemalloc

import numpy as np
from scipy.stats import beta, gamma, gaussian_kde, halfnorm, norm, uniform

from cnnviz_widgets.analysis.density.channel_density import channel_density
from tests.benchmarks.table import Row, paired_medians


def rows() -> list[Row]:
    """The rows of the table, all measured now."""
    return [*_speed(), *_accuracy(), _bounded(), _wide()]


def _loop(values: np.ndarray) -> None:
    for channel in values.T:
        gaussian_kde(channel)(np.linspace(channel.min(), channel.max(), 256))


def _speed() -> list[Row]:
    rng = np.random.default_rng(0)
    normal = rng.standard_normal((12_544, 512)).astype(np.float32)
    found = []
    for name, values in (("N(0, 1)", normal), ("ReLU(N(0, 1))", np.maximum(normal, 0))):
        ours, few = paired_medians(
            lambda values=values: channel_density(values),  # type: ignore[misc]
            lambda values=values: _loop(values[:, :8]),  # type: ignore[misc]
        )
        baseline = few * 512 / 8
        found.append(
            Row(
                f"`channel_density`, 512×12544, {name}",
                "a loop of `gaussian_kde`",
                f"{baseline / ours:.0f}×",
                "≥ 300×",
                baseline / ours >= 300,
                f"{ours * 1e3:.0f} ms against {baseline:.1f} s, 256 points each, float32; the "
                "loop timed on 8 of the 512 channels and scaled; median of 5 rounds in turn",
            )
        )
    return found


def _accuracy() -> list[Row]:
    rng = np.random.default_rng(0)
    values = np.maximum(rng.standard_normal((12_544, 40)), 0)
    density = channel_density(values)
    truth = norm.pdf(density.grid)
    error = np.sqrt(((density.density - truth) ** 2).sum(axis=1) / (truth**2).sum(axis=1))
    mass = np.trapezoid(density.density, density.grid, axis=1) + density.zero_share
    below = density.grid[:, 0].min() < 0
    naive = []
    for channel, grid, true in zip(values.T[:4], density.grid, truth, strict=False):
        naive.append(np.sqrt(((gaussian_kde(channel)(grid) - true) ** 2).sum() / (true**2).sum()))

    sample = rng.standard_normal((10_000, 40))
    plain = channel_density(sample).bandwidth
    optimum = (4 / 3) ** 0.2 * 10_000**-0.2
    scaled = max(
        np.abs(channel_density(sample * c).bandwidth / c / plain - 1).max()
        for c in (1e-4, 1e-2, 1e2, 1e4)
    )
    off = abs(np.median(plain) / optimum - 1)
    return [
        Row(
            "density of ReLU(N(0, 1)), 12,544 samples, on x > 0",
            "truth",
            f"relative L2 {np.median(error):.3f}, {'some' if below else 'no'} mass below 0, "
            f"integral + zero share = 1 ± {np.abs(mass - 1).max():.0e}",
            "relative L2 ≤ 0.05, no mass below 0, 1 ± 1e-3",
            bool(np.median(error) <= 0.05 and not below and np.abs(mass - 1).max() <= 1e-3),
            f"median of 40 samples, the worst {error.max():.3f}; `gaussian_kde` over all values "
            f"{np.median(naive):.2f}",
        ),
        Row(
            "bandwidth h(c·x) = c·h(x)",
            "c = 1",
            f"{scaled:.0e}",
            "≤ 1e-3",
            bool(scaled <= 1e-3),
            "worst of 40 samples and c = 1e-4, 1e-2, 1e2, 1e4",
        ),
        Row(
            "bandwidth on N(0, 1), 10,000 samples",
            "optimum (4/3)^(1/5) n^(-1/5)",
            f"{off:.1%} off",
            "≤ 5 %",
            bool(off <= 0.05),
            f"median of 40 samples; single ones scatter by {np.std(plain / optimum):.1%}",
        ),
    ]


def _bounded() -> Row:
    truths = {
        "gamma(2, 2)": gamma(2, scale=2),
        "beta(2, 5)": beta(2, 5),
        "half-normal": halfnorm(),
        "U(0, 1)": uniform(),
        "U(−0.3, 0.3)": uniform(-0.3, 0.6),
    }
    found, beyond, scipy = {}, 0.0, []
    for name, truth in truths.items():
        values = truth.rvs(size=(12_544, 40), random_state=1)
        density = channel_density(values)
        true = truth.pdf(density.grid)
        error = np.sqrt(((density.density - true) ** 2).sum(axis=1) / (true**2).sum(axis=1))
        found[name] = float(np.median(error))
        low, high = truth.support()
        outside = (density.grid < low) | (density.grid > high)
        beyond = max(beyond, float(density.density[outside].max(initial=0.0)))
        grid, true = density.grid[0], true[0]
        naive = gaussian_kde(values[:, 0])(grid)
        scipy.append(float(np.sqrt(((naive - true) ** 2).sum() / (true**2).sum())))
    worst = max(found, key=lambda name: found[name])
    return Row(
        "density of values that end somewhere, 12,544 samples",
        "truth",
        f"relative L2 {found[worst]:.3f} ({worst}), {'some' if beyond else 'no'} mass beyond",
        "relative L2 ≤ 0.05, no mass beyond",
        bool(found[worst] <= 0.05 and not beyond),
        f"the worst of {', '.join(found)}, medians of 40 samples each; nothing is said of their "
        f"bounds; `gaussian_kde` up to {max(scipy):.2f}",
    )


def _wide() -> Row:
    values = np.random.default_rng(0).standard_normal((64, 25_600)).astype(np.float32)
    ours, few = paired_medians(
        lambda: channel_density(values), lambda: _loop(values[:, :256]), rounds=1
    )
    baseline = few * 25_600 / 256
    tracemalloc.start()
    density = channel_density(values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    result = density.grid.nbytes + density.density.nbytes
    return Row(
        "`channel_density`, 25600×64",
        "a loop of `gaussian_kde`",
        f"{baseline / ours:.1f}×, peak {peak / result:.1f}× the result",
        "works in bounded memory",
        bool(peak < 3 * result),
        f"{ours:.1f} s against {baseline:.1f} s, scaled from 256 channels; peak "
        f"{peak / 2**20:.0f} MB, of which grid and density {result / 2**20:.0f} MB",
    )
