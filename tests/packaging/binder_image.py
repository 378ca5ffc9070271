"""What repo2docker makes of a checkout's ``binder/``, without its container."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.lab import own_jupyter

# Of all that repo2docker reads in that folder.
HANDLED = {"postBuild", "requirements.txt", "runtime.txt", "start"}


class BinderImage:
    """An environment made as ``binder/`` says, and the checkout in which its commands run.

    As repo2docker does, it installs requirements.txt where the checkout is not yet, then executes
    postBuild in the checkout, and puts start before every command. Its own environment has
    JupyterLab, npm and more beforehand; this one has nothing but pip, and the machine's programs.

    Parameters
    ----------
    checkout : Path
        As git gives it. postBuild may write into it.
    folder : Path
        For the environment, and for what Jupyter writes.

    Raises
    ------
    LookupError
        The Python that runtime.txt names is not on this machine.
    RuntimeError
        A step failed; the message has what it printed. Or ``binder/`` holds what is not handled.
    """

    def __init__(self, checkout: Path, folder: Path) -> None:
        self.checkout = checkout
        self.folder = folder
        self.binder = checkout / "binder"
        if others := {path.name for path in self.binder.iterdir()} - HANDLED:
            raise RuntimeError(f"this image is made without {', '.join(sorted(others))}: add it")
        self._run(self._python(), "-m", "venv", str(self._venv), cwd=folder)
        shutil.copy(self.binder / "requirements.txt", folder)
        self._run("pip", "install", "-r", "requirements.txt", cwd=folder)
        self._run(str(self.binder / "postBuild"), cwd=checkout)

    def started(self, *command: str) -> tuple[str, ...]:
        """The command as the image runs it; in `environment`, and in the checkout."""
        return (str(self.binder / "start"), *command)

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables in which nothing but the image's own packages is found."""
        of_the_tests = str(Path(sys.executable).parent)
        path = [each for each in os.get_exec_path() if each != of_the_tests]
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUPYTER", "PYTHON", "VIRTUAL_ENV"))
        }
        return {
            **inherited,
            **own_jupyter(self.folder),
            "PATH": os.pathsep.join([str(self._venv / "bin"), *path]),
            # Most of it is never imported, and the rest is compiled when it is.
            "PIP_NO_COMPILE": "1",
        }

    @property
    def _venv(self) -> Path:
        return self.folder / "venv"

    def _python(self) -> str:
        """The interpreter that runtime.txt names, by its minor version."""
        runtime = (self.binder / "runtime.txt").read_text().strip()
        named = re.fullmatch(r"python-(3\.\d+)", runtime)
        if named is None:
            raise RuntimeError(f"runtime.txt should be like python-3.11; it is {runtime!r}")
        if named[1] == f"{sys.version_info.major}.{sys.version_info.minor}":
            return sys.executable
        if found := shutil.which(f"python{named[1]}"):
            return found
        raise LookupError(f"no python{named[1]} on the PATH, which runtime.txt asks for")

    def _run(self, *command: str, cwd: Path) -> None:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}")
