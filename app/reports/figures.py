"""What a figure is: numbers of people with their definition, hidden where they are few. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.ratings import due_days

FEWEST: Final = 5  # below this a number of people is not shown, nor anything reckoned from them
HIDDEN: Final = f"fewer than {FEWEST}"
NOT_SHOWN: Final = "–"  # what would tell of the hidden one beside it
GRACE_DAYS: Final = 28  # after its day a review is still in time

DEFINITIONS: Final = {
    "due": "Ratings whose day has come, of people in care now, as their course set it; called-off ones do not count.",
    "done": (
        f"Of those, the ones rated by the patient or together from {due_days.BEFORE.days} days before their day until "
        f"{due_days.BEFORE.days} days before the next one’s. A later rating closes what was missed, and counts once."
    ),
    "missing": f"Of those whose day came {GRACE_DAYS} days ago or more, the share that was not done.",
    "change": (
        "The mean of each person’s last score less their first, over people in care now who have said that part of "
        f"life at least twice; corrected ratings count as corrected. Hidden where they are fewer than {FEWEST}."
    ),
    "goals": "Goals of people in care now that are shared with the team or the circle; private ones do not count.",
}


@dataclass(frozen=True, slots=True)
class Due:
    """One occasion: how many were due and done; `late` are those due so long ago that they may be missing."""

    occasion: str
    due: int
    done: int
    late: int
    late_done: int

    @property
    def missing(self) -> float | None:
        """The share that is missing, from 0 to 1; None where too few were due, done or missed to say."""
        if self.late < FEWEST or _is_few(self.late_done) or _is_few(self.late - self.late_done):
            return None
        return 1 - self.late_done / self.late


@dataclass(frozen=True, slots=True)
class Change:
    """One area: over how many people, their mean change, and how many rose, stayed and fell."""

    area: str
    people: int
    mean: float
    raised: int
    kept: int
    fell: int

    @property
    def is_shown(self) -> bool:
        return self.people >= FEWEST


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the page shows of one team."""

    dues: Sequence[Due]
    changes: Sequence[Change]
    goals: Sequence[tuple[str, int]]  # a state, and how many


def people(count: int) -> str:
    """A number of people as it is shown; nobody at all is no secret."""
    return HIDDEN if _is_few(count) else str(count)


def share(value: float | None) -> str:
    """A share in per cent."""
    return HIDDEN if value is None else f"{value:.0%}"


def mean(change: Change) -> str:
    """A mean change with its sign."""
    return f"{change.mean:+.1f}" if change.is_shown else HIDDEN


def moved(change: Change) -> list[str]:
    """How many rose, stayed and fell. Where one alone is hidden so is the next smallest: it would be what is left."""
    counts = [change.raised, change.kept, change.fell]
    if not change.is_shown:
        return [HIDDEN] * len(counts)
    shown, few = [people(count) for count in counts], [count for count in counts if _is_few(count)]
    if len(few) == 1:
        shown[counts.index(min(count for count in counts if count >= FEWEST))] = NOT_SHOWN
    return shown


def once(cells: Sequence[str]) -> list[str]:
    """A row of a table that says once that something is hidden."""
    first = cells.index(HIDDEN) if HIDDEN in cells else len(cells)
    return [NOT_SHOWN if cell == HIDDEN and n > first else cell for n, cell in enumerate(cells)]


def without_few(found: Figures) -> dict[str, Any]:
    """The same as plain data, with nothing in the place of what is not shown."""
    return {
        "dues": [
            {"occasion": one.occasion, "due": _or_none(one.due), "done": _or_none(one.done), "missing": one.missing}
            for one in found.dues
        ],
        "changes": [
            {"area": one.area, "people": one.people, "mean": one.mean}
            if one.is_shown
            else {"area": one.area, "people": None, "mean": None}
            for one in found.changes
        ],
        "goals": [{"state": state, "count": _or_none(count)} for state, count in found.goals],
        "definitions": DEFINITIONS,
    }


def _is_few(count: int) -> bool:
    return 0 < count < FEWEST


def _or_none(count: int) -> int | None:
    return None if _is_few(count) else count


def as_csv(found: Figures, areas: dict[str, str]) -> str:
    """The same as a file for a spreadsheet: a line a figure, with its definition."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["figure", "of", "value", "people", "definition"])
    writer.writerows(_lines(found, areas))
    return out.getvalue()


def _lines(found: Figures, areas: dict[str, str]) -> Iterator[tuple[str, str, str, str, str]]:
    for due in found.dues:
        yield "ratings due", due.occasion, people(due.due), people(due.due), DEFINITIONS["due"]
        yield "ratings done", due.occasion, people(due.done), people(due.due), DEFINITIONS["done"]
        yield "reviews missing", due.occasion, share(due.missing), people(due.late), DEFINITIONS["missing"]
    for one in found.changes:
        name = areas.get(one.area, one.area)
        yield "mean change", name, mean(one), people(one.people), DEFINITIONS["change"]
    for state, count in found.goals:
        yield "goals", state, people(count), "", DEFINITIONS["goals"]
