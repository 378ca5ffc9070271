"""Executors that do their work at once, in this thread."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any


class AtOnce(Executor):
    """Does each thing as it is given; from the one named on, dies of it."""

    def __init__(self, dies_at: int = 99) -> None:
        self.left = dies_at
        self.samples: list[int] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.left -= 1
        if self.left < 0:
            future.set_exception(BrokenExecutor("a worker vanished"))
            return future
        try:
            found = function(*args, **kwargs)
            self.samples.append(0 if found is None else found.samples)
            future.set_result(found)
        except Exception as error:
            future.set_exception(error)
        return future


class Sending(AtOnce):
    """As to another process: what is given and what comes of it is pickled, errors too."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__()
        self.sent: list[int] = []
        if options.get("initializer"):
            options["initializer"](*options["initargs"])

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        sent = pickle.dumps((function, args, kwargs))
        self.sent.append(len(sent))
        function, args, kwargs = pickle.loads(sent)
        future = super().submit(function, *args, **kwargs)
        arriving: Future[Any] = Future()
        error = future.exception()
        if error is None:
            arriving.set_result(pickle.loads(pickle.dumps(future.result())))
        else:
            try:
                arriving.set_exception(pickle.loads(pickle.dumps(error)))
            except Exception as odd:
                arriving.set_exception(BrokenExecutor(f"the worker sent what nobody reads: {odd}"))
        return arriving
