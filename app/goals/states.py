"""Which state of a goal an act leads to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ENDED: Final = ("reached", "put_aside", "declined")


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an act leads to which."""

    out_of: tuple[str, ...]
    to: str


# By the kind of the event that is written of it.
MOVES: Final[Mapping[str, Move]] = {
    "accepted": Move(("suggested",), "active"),
    "declined": Move(("suggested",), "declined"),
    "reached": Move(("active",), "reached"),
    "put_aside": Move(("active",), "put_aside"),
    "taken_up": Move(ENDED, "active"),
}


def after(kind: str, state: str) -> str | None:
    """The state it leads to; the same where it was done before, None where it cannot be done."""
    move = MOVES[kind]
    return move.to if state in move.out_of or state == move.to else None
