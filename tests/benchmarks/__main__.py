"""Run the benchmarks and keep their tables: ``python -m tests.benchmarks [NAME …]``.

A name is that of a module ``bench_<name>.py``; with none, all run. ``RESULTS.md`` gets the
tables of the modules that ran, and keeps those of the others.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
COMMAND = "python -m tests.benchmarks"
# A ratio is fair when neither side gets threads that the other does not use, and NumPy reads
# these once, when it is first imported.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def machine() -> str:
    """What a reader needs to know of where the figures come from."""
    packages = ("numpy", "scipy", "tensorflow", "keras")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, {versions}; one BLAS thread"
    )


def sections(text: str) -> dict[str, str]:
    """The tables that a results file holds, by module."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def section(name: str) -> str:
    """Run one module."""
    from .table import markdown

    module = importlib.import_module(f".bench_{name}", __package__)
    about = (module.__doc__ or "").strip()
    table = markdown(module.rows()).strip()
    # A module may have more to show than rows.
    more = module.appendix().strip() if hasattr(module, "appendix") else ""
    return "\n\n".join(
        part for part in (about, f"`{COMMAND} {name}` on {machine()}:", table, more) if part
    )


def main() -> None:
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(names)}")
    chosen = parser.parse_args().names or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")

    kept = sections(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in chosen:
        kept[name] = section(name)
        print(f"## {name}\n\n{kept[name]}\n", flush=True)
        # After each one: an interrupted run keeps what it has measured.
        tables = (f"## {name}\n\n{kept[name]}\n" for name in names if name in kept)
        RESULTS.write_text(
            f"# Benchmarks\n\nMade by `{COMMAND}`; each row against its baseline in one run.\n\n"
            + "\n".join(tables)
        )


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        again = [sys.executable, "-m", __package__, *sys.argv[1:]]
        sys.exit(subprocess.run(again, env={**os.environ, **ONE_THREAD}).returncode)
    main()
