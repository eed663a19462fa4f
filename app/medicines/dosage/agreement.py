"""Whether a dosage text and a schedule say the same, and which schedules may be reminded of.

The rule: a text that agrees is reminded of. One that contradicts never is: a human is asked. One that cannot be
compared is reminded of only when it says nothing about when (empty, "as directed") and a clinician or the patient set
the times by hand, and then with a label. A piece that nobody could read might change when or how much, so a human
confirms first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from app.medicines.dosage import comparing_limits, comparing_times
from app.medicines.dosage import text as dosage_text
from app.medicines.dosage.comparing import Compared
from app.medicines.dosage.facts import Facts, Understood
from app.medicines.patterns import USUAL_DAY, Anchor, AsDirected, AsNeeded, Elapsed, Pattern, Phases

NOT_WHEN: Final = "The text does not say when."
LABEL: Final = "The instructions do not say when. These times were set by hand."


class Verdict(StrEnum):
    """What comes of reading both."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    CANNOT_BE_COMPARED = "cannot_be_compared"


class Reminding(StrEnum):
    """Whether somebody is reminded."""

    YES = "yes"
    LABELLED = "labelled"  # with LABEL beside it
    ONCE_CONFIRMED = "once_confirmed"  # when a human has said that the times hold
    NEVER = "never"  # until text or times are changed


class SetBy(StrEnum):
    """Who set the times of a schedule."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    CARER = "carer"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The verdict with its reasons, as sentences. `silent`: nothing in the text could contradict any times."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    silent: bool = False

    @property
    def why(self) -> str:
        """The reasons in one line."""
        return " ".join(self.reasons)

    @property
    def reminds(self) -> bool:
        """Whether times that a clinician or the patient set by hand are reminded of."""
        return reminding(self, SetBy.PATIENT) in (Reminding.YES, Reminding.LABELLED)


def reminding(agreement: Agreement, set_by: SetBy, *, times_stated: bool = True) -> Reminding:
    """The rule above. Times that an import only supposes are confirmed first, whatever the text says."""
    if agreement.verdict is Verdict.CONTRADICTS:
        return Reminding.NEVER
    if not times_stated:
        return Reminding.ONCE_CONFIRMED
    if agreement.verdict is Verdict.AGREES:
        return Reminding.YES
    by_hand = set_by in (SetBy.CLINICIAN, SetBy.PATIENT)
    return Reminding.LABELLED if agreement.silent and by_hand else Reminding.ONCE_CONFIRMED


def agree(
    text: str, pattern: Pattern, *, lasts: int | None = None, usual_day: Mapping[Anchor, time] = USUAL_DAY
) -> Agreement:
    """Compare a text with a schedule that lasts so many days (None: nothing but its pattern ends it)."""
    if not text.strip() and isinstance(pattern, Phases):  # in one step or in several: nothing is said against them
        return Agreement(Verdict.CANNOT_BE_COMPARED, (NOT_WHEN,), silent=True)
    read = dosage_text.understood(text)
    compared = _compared(read, pattern, lasts, usual_day)
    if compared.against:
        return Agreement(Verdict.CONTRADICTS, tuple(dict.fromkeys(compared.against)))
    unsure = [*_not_understood(read), *compared.unsure]
    if unsure:
        return Agreement(Verdict.CANNOT_BE_COMPARED, tuple(dict.fromkeys(unsure)))
    if isinstance(pattern, AsDirected):
        return _with_no_times(read)
    if not any(facts.says_when for facts in read.steps):
        return Agreement(Verdict.CANNOT_BE_COMPARED, (NOT_WHEN,), silent=True)
    return Agreement(Verdict.AGREES)


def _not_understood(read: Understood) -> list[str]:
    """What of a text stands in the way of comparing it."""
    pieces = ", ".join(f"“{piece}”" for piece in read.unread)
    found = [f"Not understood: {pieces}.", *read.doubts] if pieces else list(read.doubts)
    for facts in read.steps:
        found += [f"A person decides the dose: “{words}”." for words in facts.varies]
        if facts.as_directed and facts.says_when:
            found.append("Part of it is as directed, and not said.")
    return found


def _with_no_times(read: Understood) -> Agreement:
    if any(facts.says_when for facts in read.steps):
        return Agreement(Verdict.CANNOT_BE_COMPARED, ("The text says when, the schedule has no times.",))
    return Agreement(Verdict.AGREES)


def _compared(read: Understood, pattern: Pattern, lasts: int | None, usual_day: Mapping[Anchor, time]) -> Compared:
    if isinstance(pattern, AsDirected):
        return Compared()
    if isinstance(pattern, Phases):
        return comparing_times.phases(read.steps, pattern, lasts, usual_day)
    if len(read.steps) > 1 or read.facts.taper:
        return Compared(against=["The text has several steps, the schedule has one."])
    compared = _single(read.facts, pattern)
    comparing_times.length(read.facts, lasts, compared)
    return compared


def _single(facts: Facts, pattern: Elapsed | AsNeeded) -> Compared:
    if isinstance(pattern, Elapsed):
        return comparing_times.elapsed(facts, pattern)
    return comparing_limits.as_needed(facts, pattern)
