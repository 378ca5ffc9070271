"""An interrupt leaves a context as one, whatever the code inside has made of it."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress

import pytest

from cnnviz_widgets.runtime.interrupts import interrupts_kept


class TestInterruptsKept:
    @staticmethod
    def hide(error: Exception, by: str) -> None:
        """Have an interrupt end in this error."""
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as interrupt:
            if by == "cause":
                raise error from interrupt
            if by == "context":
                raise error  # noqa: B904  # as code in C does
        raise error

    @pytest.mark.parametrize(
        ("error", "by"),
        [
            (SystemError("a function returned a result with an exception set"), "cause"),
            (SystemError("bad argument to internal function"), "context"),
        ],
    )
    def test_an_error_that_hides_one_becomes_one(self, error: Exception, by: str) -> None:
        with pytest.raises(KeyboardInterrupt) as raised, interrupts_kept():
            self.hide(error, by)
        assert raised.value.__cause__ is error

    def test_one_behind_others(self) -> None:
        with pytest.raises(KeyboardInterrupt), interrupts_kept():
            try:
                self.hide(SystemError(), "cause")
            except SystemError as error:
                raise ValueError("of the model") from error

    def test_another_error_stays_what_it_is(self) -> None:
        with pytest.raises(ValueError, match="of the model"), interrupts_kept():
            raise ValueError("of the model")

    def test_what_went_before_does_not_count(self) -> None:
        """As in a cell that goes on after an interrupted training."""
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            with pytest.raises(ValueError, match="of the model"), interrupts_kept():
                try:
                    raise ValueError("of the model")
                except ValueError as error:
                    raise ValueError("of the model, told better") from error


class TestSignals:
    @pytest.fixture(autouse=True)
    def handler(self) -> object:
        handler = signal.getsignal(signal.SIGINT)
        yield handler
        assert signal.getsignal(signal.SIGINT) is handler

    @staticmethod
    def swallowed() -> None:
        """An interrupt of which nothing is left, as where code in C looks for an attribute."""
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    def test_one_of_which_an_error_says_nothing(self) -> None:
        with pytest.raises(KeyboardInterrupt), interrupts_kept():
            self.swallowed()
            raise TypeError("there is no such attribute")

    def test_one_after_which_all_goes_on(self) -> None:
        with pytest.raises(KeyboardInterrupt), interrupts_kept():
            self.swallowed()

    def test_in_contexts_inside_each_other(self) -> None:
        with pytest.raises(KeyboardInterrupt), interrupts_kept():
            with suppress(KeyboardInterrupt), interrupts_kept():
                self.swallowed()
            raise TypeError("there is no such attribute")

    def test_one_that_nobody_swallows(self) -> None:
        with pytest.raises(KeyboardInterrupt) as raised, interrupts_kept():
            signal.raise_signal(signal.SIGINT)
        assert raised.value.__cause__ is None

    def test_an_error_that_is_none(self) -> None:
        with pytest.raises(TypeError), interrupts_kept():
            raise TypeError("there is no such attribute")

    def test_an_end_of_another_kind_stays_one(self) -> None:
        with pytest.raises(SystemExit), interrupts_kept():
            self.swallowed()
            raise SystemExit

    def test_a_handler_that_raises_nothing(self) -> None:
        """As that of a kernel that gives up a coroutine."""
        taken: list[int] = []
        before = signal.signal(signal.SIGINT, lambda number, frame: taken.append(number))
        try:
            with interrupts_kept():
                signal.raise_signal(signal.SIGINT)
        finally:
            signal.signal(signal.SIGINT, before)
        assert taken == [signal.SIGINT]

    def test_a_handler_that_is_set_meanwhile_stays(self, handler: object) -> None:
        with interrupts_kept():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        assert signal.signal(signal.SIGINT, handler) is signal.SIG_IGN

    def test_in_another_thread(self) -> None:
        raised: list[BaseException] = []

        def work() -> None:
            try:
                with interrupts_kept():
                    raise SystemError from KeyboardInterrupt()
            except BaseException as error:
                raised.append(error)

        other = threading.Thread(target=work)
        other.start()
        other.join()
        assert isinstance(raised[0], KeyboardInterrupt)
