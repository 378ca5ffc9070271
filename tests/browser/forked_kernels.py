"""Kernels that have Keras from their first moment: forks of one process that has imported it.

To import Keras and TensorFlow takes 4 s of processor time, and nearly every notebook of the browser
tests begins with it, in a kernel of its own. What is forked has made no model, run no operation and
started no thread; nothing of Jupyter's or of this package is imported there.

Jupyter starts, interrupts and kills the process that a kernelspec names. Here that is a small
stand-in: it has the kernel forked, hands on its files, environment and signals, and ends as the
kernel does. Linux only.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_MOST_BYTES = 2**20
# A kernel that asks to be forked sends one message, with its three standard files, and gets two
# back: its number, and in the end its exit code.
_KIND = getattr(socket, "SOCK_SEQPACKET", socket.SOCK_STREAM)


@contextlib.contextmanager
def forked_kernels(folder: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Have a process whose forks are kernels, for as long as the context lasts.

    Parameters
    ----------
    folder : Path
        Gets a kernelspec ``python3`` and a socket.
    environment : mapping
        Of the process that is forked; a kernel has that which Jupyter gives it.

    Yields
    ------
    dict
        Variables by which a Jupyter server finds the kernelspec.
    """
    from ipykernel.kernelspec import get_kernel_dict

    spec = folder / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    address = str(folder / "socket")
    # It needs nothing but Python's own modules, and so starts at once.
    stand_in = [sys.executable, "-I", "-S", __file__, address, "-f", "{connection_file}"]
    spec.write_text(json.dumps({**get_kernel_dict(), "argv": stand_in}))
    with socket.socket(socket.AF_UNIX, _KIND) as listener:
        listener.bind(address)
        # Who asks before the imports are done waits here.
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.{Path(__file__).stem}", str(listener.fileno())],
            # Notebooks ask for that before they import it; and NumPy's BLAS would start threads as
            # it is imported, which a fork would lack.
            env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3", "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield {"JUPYTER_PATH": str(folder)}
    finally:
        process.terminate()
        process.wait()


def fork_kernels(listener: socket.socket) -> list[str]:
    """Fork for each stand-in that asks for it; returns in a fork, with a kernel's arguments."""
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

    # Where they start threads on import, which a fork would lack, kernels are ordinary ones.
    if len(os.listdir("/proc/self/task")) > 1:
        sys.exit()
    gc.freeze()
    with selectors.DefaultSelector() as ready:
        ready.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is listener:
                    stand_in = listener.accept()[0]
                    message, files, *_ = socket.recv_fds(stand_in, _MOST_BYTES, 3)
                    kernel = os.fork() if message else None
                    if kernel == 0:
                        stand_in.close()
                        for other in ready.get_map().values():
                            _close(other.fileobj)
                        return _become_kernel(json.loads(message), files)
                    for file in files:
                        os.close(file)
                    if kernel is None:
                        stand_in.close()
                        continue
                    _tell(stand_in, kernel)
                    ended = os.pidfd_open(kernel)
                    ready.register(ended, selectors.EVENT_READ, (kernel, stand_in))
                    ready.register(stand_in, selectors.EVENT_READ, ended)
                elif isinstance(key.fileobj, int):
                    _end(ready, key.fileobj, *key.data)
                elif key.fileobj in ready.get_map():
                    # Jupyter has killed the stand-in: its kernel goes as well.
                    signal.pidfd_send_signal(key.data, signal.SIGKILL)
                    ready.unregister(key.fileobj)


def _close(file: Any) -> None:
    # A socket's own number is not to be closed a second time, when it is another's.
    os.close(file) if isinstance(file, int) else file.close()


def _become_kernel(asked: dict[str, Any], files: list[int]) -> list[str]:
    """Take over in a fork what was the stand-in's."""
    # As Jupyter starts a kernel: it signals its children by their group.
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    # It ends where its parent does.
    os.environ.update(asked["environment"], JPY_PARENT_PID=str(os.getppid()))
    os.chdir(asked["folder"])
    arguments: list[str] = asked["arguments"]
    return arguments


def _end(ready: selectors.BaseSelector, ended: int, kernel: int, stand_in: socket.socket) -> None:
    """Tell the stand-in, if there still is one, that its kernel has ended, and how."""
    ready.unregister(ended)
    os.close(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(kernel, 0)[1])
    if stand_in in ready.get_map():
        ready.unregister(stand_in)
        _tell(stand_in, code)
    stand_in.close()


def _tell(stand_in: socket.socket, number: int) -> None:
    # Jupyter may have killed it.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stand_in.send(str(number).encode())


def stand_in_for_kernel(address: str, arguments: list[str]) -> int:
    """Have a kernel forked, and be its process to Jupyter; its exit code."""
    asked = {"environment": dict(os.environ), "folder": os.getcwd(), "arguments": arguments}
    with socket.socket(socket.AF_UNIX, _KIND) as forking:
        try:
            forking.connect(address)
            socket.send_fds(forking, [json.dumps(asked).encode()], [0, 1, 2])
            kernel = int(forking.recv(_MOST_BYTES))
        except (OSError, ValueError):
            # There is nothing to be forked.
            ordinary = [sys.executable, "-m", "ipykernel_launcher", *arguments]
            os.execv(ordinary[0], ordinary)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda number, frame: os.kill(kernel, number))
        code = int(forking.recv(_MOST_BYTES) or 1)
    # As a shell has it for what a signal ended.
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    where, *others = sys.argv[1:]
    if others:
        sys.exit(stand_in_for_kernel(where, others))
    sys.argv[1:] = fork_kernels(socket.socket(fileno=int(where)))
    # As ipykernel's own launcher does; IPython puts it back.
    del sys.path[0]
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()
