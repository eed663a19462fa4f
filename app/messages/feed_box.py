"""Whether somebody can write into a feed, and who would read it: no box where nobody does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ENDED: Final = "Care with {team} has ended, so nothing more can be written here. What was written stays."
NOBODY: Final = "Nobody else can read this now, so nothing can be written here. Call {team} if you need them."
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Box:
    """The box to write in: why it is closed, or who reads what is written in it."""

    closed: str | None
    readers: str | None


def box(names: Sequence[str], team: str, *, team_reads: bool, has_ended: bool) -> Box:
    """Open while care runs and somebody else can read; `names` are those of the patient and the circle who can."""
    if has_ended:
        return Box(ENDED.format(team=team), None)
    if not names and not team_reads:
        return Box(NOBODY.format(team=team), None)
    return Box(None, f"{_listed(names, f'the {team} team' if team_reads else None)} can read this.")


def _listed(names: Sequence[str], team: str | None) -> str:
    """ "Mary, Tom and the Riverside team"; of many the first few and how many more."""
    more = len(names) - NAMED
    said = [*names[:NAMED], *([f"{more} more"] if more > 0 else []), *([team] if team else [])]
    text = " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))
    return text[:1].upper() + text[1:]
