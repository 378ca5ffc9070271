"""What of a history could not be read: how much, and the first of it by name with the reason."""

from __future__ import annotations

# More are not named.
_MOST_NAMED = 3
_LONGEST_REASON = 200


class LeftOut:
    """Counts what was left out.

    Parameters
    ----------
    noun : str
        What one of it is, such as ``record``.
    rest : str
        The rest of the sentence, up to the names.
    """

    def __init__(self, noun: str, rest: str) -> None:
        self._noun = noun
        self._rest = rest
        self._count = 0
        self._named: dict[str, str] = {}

    def add(self, name: str, why: Exception | str) -> None:
        """Leave something out; the same twice counts once, as far as it is named."""
        if name in self._named:
            return
        self._count += 1
        if len(self._named) < _MOST_NAMED:
            self._named[name] = reason(why)

    def __str__(self) -> str:
        """A sentence; "" where nothing was left out."""
        if not self._count:
            return ""
        named = ", ".join(f"{name} ({why})" for name, why in self._named.items())
        more = self._count - len(self._named)
        return (
            f"{self._count:,} {self._noun}{'s' if self._count > 1 else ''} {self._rest}: {named}"
            f"{f' and {more:,} more' if more else ''}."
        )


def reason(error: Exception | str) -> str:
    """Why something failed, in a line of printable text."""
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    message = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    message = "".join(
        letter if letter.isprintable() else "�" for letter in message[:_LONGEST_REASON]
    )
    return f"{message}…" if len(message) == _LONGEST_REASON else message
