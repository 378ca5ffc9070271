"""The lock around a model: one thread at a time, and no standstill, whatever the order."""

from __future__ import annotations

import faulthandler
import gc
import random
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from cnnviz_widgets.model import model_lock
from cnnviz_widgets.model.reading import lock_queue
from cnnviz_widgets.model.reading.model_lock import ModelLock

PATIENCE = 60.0


class Threads:
    """Threads that must end; an exception in one is the test's."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def start(self, function: Callable[..., object], *args: Any) -> threading.Thread:
        def run() -> None:
            try:
                function(*args)
            except BaseException as error:
                self.errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def join(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                faulthandler.dump_traceback(sys.__stderr__)
                pytest.fail("threads wait for each other")
        if self.errors:
            raise self.errors[0]


@pytest.fixture
def threads() -> Iterator[Threads]:
    started = Threads()
    yield started
    started.join()


class Guarded:
    """Something that only one thread at a time may be in."""

    def __init__(self) -> None:
        self.lock = ModelLock()
        self.inside: list[int] = []
        self.visits = 0

    @contextmanager
    def entered(self) -> Iterator[None]:
        me = threading.get_ident()
        assert all(other == me for other in self.inside), "two threads at once"
        self.inside.append(me)
        self.visits += 1
        try:
            yield
        finally:
            self.inside.remove(me)

    def step(self, rng: random.Random) -> None:
        with self.entered():
            linger(rng)

    def read(self, rng: random.Random) -> None:
        with self.lock, self.entered():
            linger(rng)


def linger(rng: random.Random) -> None:
    """A random while, in which other threads come and go."""
    for _ in range(rng.randrange(4)):
        threading.Event().wait(rng.random() * 5e-4)


def wait_for(event: threading.Event) -> None:
    assert event.wait(PATIENCE)


def until(condition: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 1e-3)):
        if condition():
            return
        threading.Event().wait(1e-3)
    pytest.fail("it never came to that")


# One lock ----------------------------------------------------------------------------------


def test_it_is_re_entrant_and_given_back_as_often_as_taken(threads: Threads) -> None:
    lock = ModelLock()
    had = threading.Event()

    def other() -> None:
        with lock:
            had.set()

    with lock, lock:
        lock.acquire()
        threads.start(other)
        until(lambda: lock.wanted)
        lock.release()
        assert not had.is_set()
    wait_for(had)
    with pytest.raises(RuntimeError, match="does not hold"):
        lock.release()


def test_a_wait_may_have_an_end(threads: Threads) -> None:
    lock = ModelLock()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            wait_for(done)

    threads.start(hold)
    wait_for(held)
    with pytest.raises(TimeoutError, match=r"within 0.01 s: another thread holds it"):
        lock.acquire(0.01)
    with pytest.raises(TimeoutError), lock.within(0):
        pytest.fail("it was had twice")
    assert not lock.wanted
    done.set()
    with lock.within(PATIENCE):
        pass


def test_a_thread_that_ends_with_the_lock_no_longer_has_it(threads: Threads) -> None:
    lock = ModelLock()
    threads.start(lock.acquire).join(PATIENCE)
    lock.acquire(PATIENCE)
    lock.release()


def test_a_reader_that_raises_gives_it_back(threads: Threads) -> None:
    lock = ModelLock()

    def read() -> None:
        with pytest.raises(ZeroDivisionError), lock:
            raise ZeroDivisionError

    threads.start(read).join(PATIENCE)
    lock.acquire(0)
    lock.release()


def test_two_threads_that_each_want_the_others_lock(threads: Threads) -> None:
    first, second = ModelLock(), ModelLock()
    barrier = threading.Barrier(2)
    refused: list[TimeoutError] = []

    def both(one: ModelLock, other: ModelLock) -> None:
        try:
            with one:
                barrier.wait(PATIENCE)
                with other:
                    pass
        except TimeoutError as error:
            refused.append(error)

    threads.start(both, first, second)
    threads.start(both, second, first)
    threads.join()
    assert ["waits for a model that this one holds" in str(error) for error in refused] == [True]


# Training ----------------------------------------------------------------------------------


def test_the_training_thread_has_it_at_once_and_others_at_the_end_of_a_batch(
    threads: Threads,
) -> None:
    lock = ModelLock()
    log: list[str] = []
    seen = threading.Event()

    def read() -> None:
        assert lock.training
        seen.set()
        with lock:
            log.append("read")
            assert lock.training

    assert not lock.training
    lock.occupy(sys._getframe())
    assert lock.occupied()
    assert not lock.training
    threads.start(read)
    wait_for(seen)
    until(lambda: lock.wanted)
    with lock, lock:
        lock.give_way()  # not while this thread is reading itself
        log.append("step")
    lock.give_way()
    log.append("step")
    lock.leave()
    assert log == ["step", "read", "step"]
    assert not lock.occupied()


def test_each_that_waits_has_one_turn(threads: Threads) -> None:
    """Readers that come back at once must not keep training from going on."""
    guarded = Guarded()
    rng = random.Random(0)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            guarded.read(random.Random(0))

    guarded.lock.occupy(sys._getframe())
    for _ in range(3):
        threads.start(read)
    for _ in range(30):
        until(lambda: len(lock_queue.wishes) == 3)
        before = guarded.visits
        guarded.lock.give_way()
        assert guarded.visits - before == 3
        guarded.step(rng)
    done.set()
    guarded.lock.leave()


@pytest.mark.parametrize("end", ["returns", "raises", "is interrupted"])
def test_training_that_ends_without_a_word(threads: Threads, end: str) -> None:
    lock = ModelLock()
    kept: list[BaseException] = []

    def fit() -> None:
        lock.occupy(sys._getframe())
        if end == "raises":
            raise ZeroDivisionError
        if end == "is interrupted":
            signal.raise_signal(signal.SIGINT)

    try:
        fit()
    except BaseException as error:
        kept.append(error)  # as IPython does: its traceback keeps the frame alive
    training: list[bool] = []

    def read() -> None:
        training.append(lock.training)
        with lock.within(PATIENCE):
            pass

    threads.start(read)
    threads.join()
    assert training == [False]
    assert len(kept) == (end != "returns")


def test_a_training_thread_that_is_no_more(threads: Threads) -> None:
    lock = ModelLock()
    threads.start(lambda: lock.occupy(sys._getframe())).join(PATIENCE)
    assert not lock.training
    with lock.within(PATIENCE):
        pass


def test_a_reader_in_waiting_notices_that_training_has_ended(threads: Threads) -> None:
    lock = ModelLock()
    began, over = threading.Event(), threading.Event()

    def fit() -> None:
        lock.occupy(sys._getframe())
        began.set()
        until(lambda: lock.wanted)

    def train() -> None:
        fit()
        wait_for(over)

    threads.start(train)
    wait_for(began)
    with lock:
        over.set()


def test_calls_inside_calls(threads: Threads) -> None:
    """`fit` in a loop that trains the same model: the loop goes on training after it."""
    lock = ModelLock()

    def fit() -> None:
        lock.occupy(sys._getframe())
        lock.occupy(sys._getframe())
        lock.leave(sys._getframe())

    lock.occupy(sys._getframe())
    fit()
    assert lock.occupied()
    training: list[bool] = []
    threads.start(lambda: training.append(lock.training)).join(PATIENCE)
    assert training == [True]
    lock.leave(sys._getframe())
    assert not lock.occupied()


def test_two_threads_cannot_train_one_model(threads: Threads) -> None:
    lock = ModelLock()

    def fit() -> None:
        with pytest.raises(RuntimeError, match="another thread trains this model"):
            lock.occupy(sys._getframe())
        lock.leave()  # of the other's call this ends nothing
        assert lock.training

    lock.occupy(sys._getframe())
    threads.start(fit)
    threads.join()
    assert lock.occupied()


def test_an_interrupt_while_giving_way(threads: Threads) -> None:
    """Who is inside comes to an end first; then the interrupt goes on its way."""
    guarded = Guarded()
    lock = guarded.lock
    inside, ended = threading.Event(), threading.Event()

    def read() -> None:
        with lock, guarded.entered():
            inside.set()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            linger(random.Random(1))
        ended.set()

    def train() -> None:
        lock.occupy(sys._getframe())
        threads.start(read)
        until(lambda: lock.wanted)
        try:
            lock.give_way()
        except KeyboardInterrupt:
            guarded.step(random.Random(2))
            raise

    with pytest.raises(KeyboardInterrupt):
        train()
    assert inside.is_set()
    wait_for(ended)
    assert not lock.training
    lock.acquire(0)
    lock.release()


def test_a_lock_keeps_neither_its_model_nor_an_interrupted_call_alive() -> None:
    class Model:
        pass

    def fit(model: Model) -> None:
        model_lock(model).occupy(sys._getframe())

    model = Model()
    gone = weakref.ref(model)
    fit(model)
    del model
    gc.collect()
    assert gone() is None


# Driven hard -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_readers_and_a_trainer_in_any_order(threads: Threads, seed: int) -> None:
    """Some readers give up, some raise, some nest; some fits are interrupted, some left."""
    guarded = Guarded()
    lock = guarded.lock
    done = threading.Event()
    reads = [0] * 4

    def read(number: int) -> None:
        rng = random.Random(seed * 10 + number)
        while not done.is_set():
            try:
                lock.acquire(None if rng.random() < 0.6 else rng.random() * 2e-3)
            except TimeoutError:
                continue
            try:
                with guarded.entered(), lock, guarded.entered():
                    linger(rng)
                    reads[number] += 1
                    if rng.random() < 0.2:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
            finally:
                lock.release()

    def fit(rng: random.Random) -> None:
        lock.occupy(sys._getframe())
        for _ in range(rng.randrange(1, 12)):
            guarded.step(rng)
            if rng.random() < 0.5:
                guarded.read(rng)
            if rng.random() < 0.1:
                raise KeyboardInterrupt
            lock.give_way()
        if rng.random() < 0.5:
            lock.leave()

    def train() -> None:
        rng = random.Random(seed)
        for _ in range(20):
            with suppress(KeyboardInterrupt):
                fit(rng)
        done.set()

    for number in range(4):
        threads.start(read, number)
    threads.start(train)
    threads.join()
    assert min(reads) > 0
    assert not lock.wanted


@pytest.mark.parametrize("seed", range(3))
def test_a_loop_that_trains_two_models_and_readers_of_both(threads: Threads, seed: int) -> None:
    """Readers want one or both, in either order; the loop meets a third model now and then."""
    pair = [Guarded(), Guarded()]
    third = Guarded()
    done = threading.Event()
    reads = [0] * 4

    def read(number: int) -> None:
        rng = random.Random(seed * 10 + number)
        while not done.is_set():
            wanted = rng.sample([*pair, third], rng.randrange(1, 4))
            try:
                with ExitStack() as stack:
                    for guarded in wanted:
                        stack.enter_context(guarded.lock)
                        linger(rng)
                    for guarded in wanted:
                        stack.enter_context(guarded.entered())
                    linger(rng)
                reads[number] += 1
            except TimeoutError:
                continue  # each had what the other wanted

    def train() -> None:
        rng = random.Random(seed)
        for _ in range(40):
            for guarded in pair:
                guarded.lock.occupy(sys._getframe())
            for guarded in pair:
                guarded.step(rng)
            if rng.random() < 0.3:
                with suppress(TimeoutError):
                    third.read(rng)
            rng.choice(pair).lock.give_way()
        done.set()

    for number in range(4):
        threads.start(read, number)
    threads.start(train)
    threads.join()
    assert min(reads) > 0
    assert all(not guarded.inside for guarded in [*pair, third])
