"""What a figure is: numbers of people with their definition, hidden where they are few. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.ratings import due_days

FEWEST: Final = 5  # below this a number of people is not shown, nor anything reckoned from them
HIDDEN: Final = "–"  # the same for a number of few and for what would tell of one
DIGITS: Final = 1  # of a mean change
GRACE_DAYS: Final = 28  # after its day a review is still in time

DEFINITIONS: Final = {
    "due": (
        "People in care now whose day for this rating has come, as their course set it; called-off ones do not count. "
        "Each person counts once: by their newest such day, where they went through more than one course."
    ),
    "done": (
        f"Of those people, the ones who rated, alone or together, from {due_days.BEFORE.days} days before their day "
        f"until {due_days.BEFORE.days} days before the next one’s. A later rating closes what was missed, and counts "
        f"once. Hidden where 1 to {FEWEST - 1} did, or 1 to {FEWEST - 1} did not."
    ),
    "missing": (
        f"Of the people whose day came {GRACE_DAYS} days ago or more, the share who did not rate. Hidden where 1 to "
        f"{FEWEST - 1} of these, or of those whose day came since, did or did not."
    ),
    "change": (
        "The mean of each person’s last score less their first, over people in care now who have said that part of "
        f"life at least twice; corrected ratings count as corrected. Hidden where they are fewer than {FEWEST}. "
        f"How many rose, stayed and fell is shown only where each is {FEWEST} or more. Means of two days side by side "
        "can still tell of the one person who came in between."
    ),
    "goals": (
        "Goals of people in care now that are shared with the team or the circle; private ones do not count. Hidden "
        f"where they are of fewer than {FEWEST} people."
    ),
}


@dataclass(frozen=True, slots=True)
class Due:
    """One occasion: for how many people it was due and done; `late`: due so long ago that it may be missing."""

    occasion: str
    due: int
    done: int
    late: int
    late_done: int

    @property
    def shown(self) -> tuple[int | None, int | None]:
        """How many were due and done; None in the place of what is few, or would tell how few were not done."""
        done = None if _is_few(self.done) or _is_few(self.due - self.done) else self.done
        return _or_none(self.due), done

    @property
    def missing(self) -> float | None:
        """The share that is missing, from 0 to 1; None where any group that it would tell of is few."""
        since, since_done = self.due - self.late, self.done - self.late_done
        groups = (self.late_done, self.late - self.late_done, since_done, since - since_done)
        return None if not self.late or any(map(_is_few, groups)) else 1 - self.late_done / self.late


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
    goals: Sequence[Goals]


@dataclass(frozen=True, slots=True)
class Goals:
    """The goals in one state, and of how many people they are."""

    state: str
    count: int
    people: int

    @property
    def shown(self) -> int | None:
        return None if _is_few(self.people) else self.count


def number(count: int | None) -> str:
    """A number as it is shown."""
    return HIDDEN if count is None else str(count)


def people(count: int) -> str:
    """A number of people as it is shown; nobody at all is no secret."""
    return number(_or_none(count))


def share(value: float | None) -> str:
    """A share in per cent."""
    return HIDDEN if value is None else f"{value:.0%}"


def mean(change: Change) -> str:
    """A mean change with its sign."""
    return f"{change.mean:+.{DIGITS}f}" if change.is_shown else HIDDEN


def moved(change: Change) -> list[str]:
    """How many rose, stayed and fell: all or none, or one would be what is left of the others and the mean."""
    counts = [change.raised, change.kept, change.fell]
    return [number(count if min(counts) >= FEWEST else None) for count in counts]


def without_few(found: Figures) -> dict[str, Any]:
    """The same as plain data, with nothing in the place of what is not shown."""
    return {
        "dues": [
            {"occasion": one.occasion, "due": one.shown[0], "done": one.shown[1], "missing": _rounded(one.missing, 2)}
            for one in found.dues
        ],
        "changes": [
            {"area": one.area, "people": one.people, "mean": _rounded(one.mean, DIGITS)}
            if one.is_shown
            else {"area": one.area, "people": None, "mean": None}
            for one in found.changes
        ],
        "goals": [{"state": one.state, "count": one.shown} for one in found.goals],
        "definitions": DEFINITIONS,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    """No more digits than the page shows: with them the sum, and so the one who came since, would be plain."""
    return None if value is None else round(value, digits)


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
        of, done = map(number, due.shown)
        late = HIDDEN if due.missing is None else number(due.late)
        yield "people due to rate", due.occasion, of, of, DEFINITIONS["due"]
        yield "people who rated", due.occasion, done, of, DEFINITIONS["done"]
        yield "share missing", due.occasion, share(due.missing), late, DEFINITIONS["missing"]
    for one in found.changes:
        name = areas.get(one.area, one.area)
        yield "mean change", name, mean(one), people(one.people), DEFINITIONS["change"]
    for each in found.goals:
        yield "goals", each.state, number(each.shown), "", DEFINITIONS["goals"]
