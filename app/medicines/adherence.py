"""What was recorded of the doses that were due, as parts of wholes: support for the patient, never a mark.

Taken of due and on time of due come from what people recorded. Days covered (PDC) come from supplies: days with a
supply in hand of all days, what overlaps carried forward, so never more than all. As-needed doses never count;
days and doses of a pause or a stay in hospital are in no whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

ONE_DAY: Final = timedelta(days=1)


class State(StrEnum):
    """What is known of a dose; one that is still due, was paused or withdrawn is not among those that count."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    MISSED = "missed"  # somebody said that it was not had
    NOT_RECORDED = "not_recorded"  # nobody said anything: it may well have been taken
    NOT_SENT = "not_sent"  # not recorded, and the service was down when it should have reminded


_COUNTED: Final = frozenset(State)


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose that was due. `window`: how long before or after its time it is still on time."""

    medicine_id: UUID
    due_at: datetime  # aware
    local_date: date
    state: str
    taken_at: datetime | None = None  # aware
    window: timedelta = timedelta(hours=1)
    as_needed: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which nothing was to be taken here; `medicine_id` None: of all medicines."""

    first: date
    last: date
    medicine_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """A medicine fetched: from that day on it lasts so many days."""

    medicine_id: UUID
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; a percentage alone would hide of how few."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a chart; a day that is out was paused."""

    on: date
    due: int
    taken: int
    on_time: int
    skipped: int
    missed: int
    not_recorded: int
    not_sent: int  # of those not recorded
    is_out: bool


@dataclass(frozen=True, slots=True)
class Adherence:
    """One medicine over some days."""

    taken: Share  # of the doses due
    on_time: Share  # of the doses due
    skipped: int
    missed: int
    not_recorded: int
    not_sent: int  # of those not recorded
    complete_days: Share  # days on which all was taken, of the days with something due
    covered_days: Share | None  # by supplies; None: none are known
    days: tuple[Day, ...]


def by_medicine(
    doses: Iterable[Dose], first: date, last: date, pauses: Sequence[Pause] = (), supplies: Sequence[Supply] = ()
) -> dict[UUID, Adherence]:
    """Each medicine that had doses due, from the first day to the last."""
    scheduled: defaultdict[UUID, list[Dose]] = defaultdict(list)
    for dose in doses:
        if not dose.as_needed and dose.state in _COUNTED:
            scheduled[dose.medicine_id].append(dose)
    return {
        medicine_id: _of_one(
            mine,
            tuple(_days(first, last)),
            _days_out(medicine_id, pauses, last),
            [supply for supply in supplies if supply.medicine_id == medicine_id],
        )
        for medicine_id, mine in scheduled.items()
    }


def covered_days(supplies: Iterable[Supply], days: Sequence[date], out: Collection[date] = ()) -> Share:
    """Days with a supply in hand: what is left when the next is fetched is used first, and nothing on days out."""
    fetched: Counter[date] = Counter()
    for supply in supplies:
        fetched[supply.on] += supply.days
    counting = set(days) - set(out)
    left = covered = 0
    for day in _days(min([*days, *fetched]), max(days)):
        left += fetched[day]
        if left and day not in out:
            left -= 1
            covered += day in counting
    return Share(covered, len(counting))


def in_words(found: Adherence) -> list[str]:
    """The same in sentences that support."""
    if not found.taken.whole:
        return ["No doses were due in this time."]
    said = [
        f"{found.taken.part} of {found.taken.whole} doses were recorded as taken, {found.on_time.part} of them on time."
    ]
    if found.skipped:
        said.append(f"{_number(found.skipped)} skipped.")
    if found.missed:
        said.append(f"{_number(found.missed)} recorded as not taken.")
    if found.not_recorded:
        said.append(f"For {found.not_recorded} nothing was recorded: that does not mean not taken.")
    if found.not_sent:
        said.append(f"{_number(found.not_sent)} without a reminder, because the service was down.")
    return said


def _of_one(doses: Iterable[Dose], period: Sequence[date], out: Collection[date], supplies: list[Supply]) -> Adherence:
    of_day: defaultdict[date, list[Dose]] = defaultdict(list)
    for dose in doses:
        if dose.local_date not in out:
            of_day[dose.local_date].append(dose)
    days = tuple(_day(day, of_day[day], day in out) for day in period)
    due = sum(day.due for day in days)
    return Adherence(
        taken=Share(sum(day.taken for day in days), due),
        on_time=Share(sum(day.on_time for day in days), due),
        skipped=sum(day.skipped for day in days),
        missed=sum(day.missed for day in days),
        not_recorded=sum(day.not_recorded for day in days),
        not_sent=sum(day.not_sent for day in days),
        complete_days=Share(sum(day.taken == day.due > 0 for day in days), sum(day.due > 0 for day in days)),
        covered_days=covered_days(supplies, period, out) if supplies else None,
        days=days,
    )


def _day(on: date, doses: Sequence[Dose], is_out: bool) -> Day:
    states = Counter(dose.state for dose in doses)
    return Day(
        on=on,
        due=len(doses),
        taken=states[State.TAKEN],
        on_time=sum(_was_on_time(dose) for dose in doses),
        skipped=states[State.SKIPPED],
        missed=states[State.MISSED],
        not_recorded=states[State.NOT_RECORDED] + states[State.NOT_SENT],
        not_sent=states[State.NOT_SENT],
        is_out=is_out,
    )


def _was_on_time(dose: Dose) -> bool:
    # Two aware times of one zone are subtracted by the wall, so both go to UTC first.
    return (
        dose.state == State.TAKEN
        and dose.taken_at is not None
        and abs(dose.taken_at.timestamp() - dose.due_at.timestamp()) <= dose.window.total_seconds()
    )


def _days_out(medicine_id: UUID, pauses: Iterable[Pause], last: date) -> frozenset[date]:
    mine = [pause for pause in pauses if pause.medicine_id in (None, medicine_id)]
    return frozenset(day for pause in mine for day in _days(pause.first, min(pause.last, last)))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


def _number(count: int) -> str:
    return f"{count} was" if count == 1 else f"{count} were"
