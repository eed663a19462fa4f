"""Servers that stand in for the outside world, each at its own protocol."""

from collections.abc import Callable

# Told of every message that any of them takes from Kith, as it stands there without its addressee.
LISTENERS: list[Callable[[str], None]] = []


def tell(text: str) -> None:
    """A message was taken."""
    for listener in LISTENERS:
        listener(text)
