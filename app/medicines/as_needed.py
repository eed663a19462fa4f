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
    # The ingredients that others may share, with how many milligrams one unit holds; None: not known.
    ingredients: Mapping[str, Decimal | None] = field(default_factory=dict)


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
    """What was set, by a prescriber or a leaflet, for a medicine, counted over it or over all that holds an ingredient.

    The most is in units of that medicine's form. Of another medicine one unit counts by the milligrams of the
    ingredient in both; where those are not known, as one.
    """

    medicine_id: UUID
    name: str  # of that medicine, as people know it
    ingredient: str | None = None  # None: it is counted over that medicine alone
    minimum_gap: timedelta | None = None
    most_in_24_hours: Decimal | None = None
    unit_holds: Decimal | None = None  # milligrams of the ingredient in one unit of that medicine, if known

    def counts(self, contents: Contents) -> bool:
        """Is it about this medicine?"""
        return self.medicine_id == contents.medicine_id or self.ingredient in contents.ingredients

    def is_sure_of(self, dose: Given) -> bool:
        """Is it known how much a dose counts?"""
        own = self.medicine_id == dose.contents.medicine_id
        return dose.amount is not None and (own or bool(self.unit_holds and self._held(dose.contents)))

    def counted(self, contents: Contents, amount: Decimal | None) -> Decimal:
        """How much this amount, or the usual, counts: in milligrams if the limit knows them, else in units."""
        units = contents.usual if amount is None else amount
        return units if self.unit_holds is None else units * (self._held(contents) or self.unit_holds)

    def most_counted(self) -> Decimal | None:
        """The most, in what is counted."""
        return self.most_in_24_hours and self.most_in_24_hours * (self.unit_holds or 1)

    def _held(self, contents: Contents) -> Decimal | None:
        return contents.ingredients.get(self.ingredient) if self.ingredient else None


class Reached(StrEnum):
    """Which half of a limit is in the way."""

    GAP = "gap"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Within every limit; `assumed` are doses whose amount or strength nobody said, counted as usual, in order."""

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
    """What is set for a medicine: over all that holds one of its ingredients, or over itself if they are not known."""
    gap, most = pattern.minimum_gap, pattern.most_in_24_hours
    shared = tuple(
        Limit(contents.medicine_id, name, ingredient, gap, most, held)
        for ingredient, held in contents.ingredients.items()
    )
    return shared or (Limit(contents.medicine_id, name, None, gap, most),)


def verdict(
    limits: Iterable[Limit], given: Iterable[Given], now: datetime, contents: Contents, amount: Decimal | None = None
) -> Allowed | Refused:
    """May so much of this be given now? Doses of the last 24 hours count, and any written down for a time to come."""
    doses, asked = standing(given), now.astimezone(UTC)
    accounts = [
        _Account.of(limit, doses, limit.counted(contents, amount)) for limit in limits if limit.counts(contents)
    ]
    near = [dose for dose in doses if abs(dose.at - asked) < DAY]
    assumed = tuple(dose for dose in near if any(account.assumes(dose) for account in accounts))
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
    amount: Decimal  # as the limit counts it


@dataclass(frozen=True, slots=True)
class _Account:
    """One limit, what counts towards it, and how much more is asked for."""

    limit: Limit
    entries: tuple[_Entry, ...]
    wanted: Decimal

    @classmethod
    def of(cls, limit: Limit, doses: Sequence[Given], wanted: Decimal) -> _Account:
        """The doses that this limit is about."""
        about = (dose for dose in doses if limit.counts(dose.contents))
        return cls(limit, tuple(_Entry(dose, limit.counted(dose.contents, dose.amount)) for dose in about), wanted)

    def assumes(self, dose: Given) -> bool:
        """Does this dose count, though it is not known how much?"""
        return self.limit.counts(dose.contents) and not self.limit.is_sure_of(dose)

    def reached(self, at: datetime) -> Reached | None:
        """What a dose at this moment would break, if anything; the 24 hours first, which last longer."""
        most = self.limit.most_counted()
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


def _first_possible(accounts: Sequence[_Account], asked: datetime) -> datetime | None:
    """The first whole minute from then on at which nothing is in the way."""
    ends = {_whole_minute(end) for account in accounts for end in account.ends()}
    return next(
        (at for at in sorted(ends) if at > asked and not any(account.reached(at) for account in accounts)), None
    )


def _whole_minute(at: datetime) -> datetime:
    """This minute, or the next one if it has begun."""
    return at if not (at.second or at.microsecond) else at.replace(second=0, microsecond=0) + MINUTE
