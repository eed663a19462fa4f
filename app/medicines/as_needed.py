"""Whether one more dose is within what was set for it: the gap since the last, and the most in any 24 hours.

Counted over everybody who gives the medicine and over every medicine that shares an ingredient; elapsed time only, so
a change of the clocks changes nothing. A dose that has already happened is asked about with the time it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.medicines.patterns import AsNeeded

DAY: Final = timedelta(hours=24)
MINUTE: Final = timedelta(minutes=1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a dose is of. `usual` is the usual amount of one dose, in units of the form; 1 where nobody said."""

    medicine_id: UUID
    usual: Decimal = Decimal(1)
    # How much of each ingredient that others may share one unit holds, in the unit of that ingredient's limit.
    ingredients: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """A dose that somebody gave; `by` is that person as others know them. `amount` None: nobody said how much."""

    dose_id: UUID
    at: datetime  # aware
    contents: Contents
    amount: Decimal | None
    by: str
    corrects: UUID | None = None  # the dose that this one stands in place of
    taken_back: bool = False  # it was not given after all


@dataclass(frozen=True, slots=True)
class Limit:
    """What was set, by a prescriber or a leaflet, for a medicine or for everything that holds an ingredient."""

    of: UUID | str  # a medicine, or an ingredient
    name: str  # as people know it
    minimum_gap: timedelta | None = None
    most_in_24_hours: Decimal | None = None


class Reached(StrEnum):
    """Which half of a limit is in the way."""

    GAP = "gap"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Within every limit; `assumed` are doses of unknown amount that were counted as usual ones."""

    assumed: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Past a limit: of several the one that lasts longest, with the doses that it counted, the last of them first."""

    next_possible_at: datetime | None  # UTC, a whole minute; None: so much at once is past the limit by itself
    limit: Limit
    reached: Reached
    doses: tuple[Given, ...]
    assumed: tuple[Given, ...] = ()


def limits_of(contents: Contents, name: str, pattern: AsNeeded) -> tuple[Limit, ...]:
    """What is set for a medicine, as its own limit and as one on each ingredient, over everything that holds it too."""
    gap, most = pattern.minimum_gap, pattern.most_in_24_hours
    shared = (
        Limit(ingredient, name, gap, None if most is None else most * held)
        for ingredient, held in contents.ingredients.items()
    )
    return (Limit(contents.medicine_id, name, gap, most), *shared)


def verdict(
    limits: Iterable[Limit], given: Iterable[Given], now: datetime, contents: Contents, amount: Decimal | None = None
) -> Allowed | Refused:
    """May so much of this be given now? Doses of the last 24 hours count, and any written down for a time to come."""
    doses, asked = standing(given), now.astimezone(UTC)
    wanted = contents.usual if amount is None else amount
    accounts = [_Account.of(limit, doses, contents, wanted) for limit in limits if _amount(limit, contents, wanted)]
    counted = {entry.dose.dose_id for account in accounts for entry in account.entries}
    assumed = tuple(dose for dose in doses if dose.amount is None and dose.dose_id in counted)
    broken = [account for account in accounts if account.reached(asked)]
    if not broken:
        return Allowed(assumed)
    longest = max(broken, key=lambda account: _first_possible([account], asked) or _NEVER)
    reached = longest.reached(asked) or Reached.MOST
    return Refused(
        _first_possible(accounts, asked), longest.limit, reached, longest.in_the_way(asked, reached), assumed
    )


def standing(given: Iterable[Given]) -> tuple[Given, ...]:
    """The doses as they are known today, in order of time: each once, none that was corrected or taken back."""
    known = {dose.dose_id: replace(dose, at=dose.at.astimezone(UTC)) for dose in given}
    corrected = {dose.corrects for dose in known.values()}
    left = (dose for dose in known.values() if dose.dose_id not in corrected and not dose.taken_back)
    return tuple(sorted(left, key=lambda dose: (dose.at, dose.dose_id)))


@dataclass(frozen=True, slots=True)
class _Entry:
    dose: Given
    amount: Decimal  # in the limit's unit


@dataclass(frozen=True, slots=True)
class _Account:
    """One limit, what counts towards it, and how much more is asked for."""

    limit: Limit
    entries: tuple[_Entry, ...]
    wanted: Decimal

    @classmethod
    def of(cls, limit: Limit, doses: Sequence[Given], contents: Contents, wanted: Decimal) -> _Account:
        """The doses that this limit is about."""
        amounts = (
            (dose, _amount(limit, dose.contents, dose.contents.usual if dose.amount is None else dose.amount))
            for dose in doses
        )
        entries = tuple(_Entry(dose, amount) for dose, amount in amounts if amount)
        return cls(limit, entries, _amount(limit, contents, wanted))

    def reached(self, at: datetime) -> Reached | None:
        """What a dose at this moment would break, if anything; the 24 hours first, which last longer."""
        most = self.limit.most_in_24_hours
        if most is not None and max(self._sum_from(start) for start in self._starts(at)) + self.wanted > most:
            return Reached.MOST
        gap = self.limit.minimum_gap
        if gap is not None and any(abs(entry.dose.at - at) < gap for entry in self.entries):
            return Reached.GAP
        return None

    def ends(self) -> Iterable[datetime]:
        """The moments at which a dose stops being in the way."""
        for entry in self.entries:
            yield entry.dose.at + DAY
            if self.limit.minimum_gap is not None:
                yield entry.dose.at + self.limit.minimum_gap

    def in_the_way(self, at: datetime, reached: Reached) -> tuple[Given, ...]:
        """The doses that a refusal is about, the last of them first."""
        reach = DAY if reached is Reached.MOST or self.limit.minimum_gap is None else self.limit.minimum_gap
        return tuple(entry.dose for entry in reversed(self.entries) if abs(entry.dose.at - at) < reach)

    def _starts(self, at: datetime) -> list[datetime]:
        """Where 24 hours that hold this moment may begin; the ones between hold no more than one of these."""
        return [at, *(entry.dose.at for entry in self.entries if at - DAY < entry.dose.at < at)]

    def _sum_from(self, start: datetime) -> Decimal:
        within = (entry.amount for entry in self.entries if start <= entry.dose.at < start + DAY)
        return sum(within, Decimal(0))


def _amount(limit: Limit, contents: Contents, amount: Decimal) -> Decimal:
    """How much of what the limit is about so much of a medicine holds; none if it is about something else."""
    if limit.of == contents.medicine_id:
        return amount
    return amount * contents.ingredients.get(limit.of, Decimal(0)) if isinstance(limit.of, str) else Decimal(0)


def _first_possible(accounts: Sequence[_Account], asked: datetime) -> datetime | None:
    """The first whole minute from then on at which nothing is in the way."""
    ends = {_whole_minute(end) for account in accounts for end in account.ends()}
    return next(
        (at for at in sorted(ends) if at > asked and not any(account.reached(at) for account in accounts)), None
    )


def _whole_minute(at: datetime) -> datetime:
    """This minute, or the next one if it has begun."""
    return at if not (at.second or at.microsecond) else at.replace(second=0, microsecond=0) + MINUTE
