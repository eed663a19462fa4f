"""FHIR Dosage (R4, and what R5 split in two) as patterns, or why there can be none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Final

from app.medicines.dosage import agreement, moments, quantities, timing
from app.medicines.dosage import text as dosage_text
from app.medicines.dosage.agreement import Verdict
from app.medicines.dosage.facts import Moment
from app.medicines.dosage.problems import Node, Problem
from app.medicines.dosage.timing import Bounds, Timing
from app.medicines.patterns import AsDirected, AsNeeded, Elapsed, Pattern, Phase, Phases

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """One pattern with the days it is for. The text that belongs to it is compared before anybody is reminded."""

    pattern: Pattern
    text: str
    starts_on: date | None = None
    ends_on: date | None = None
    lasts: int | None = None  # days
    supposed: tuple[str, ...] = ()  # what nobody said: a human confirms it first


@dataclass(frozen=True, slots=True)
class Reading:
    """What comes of dosage instructions: schedules at the same time, and all that stands in the way of others."""

    text: str
    planned: tuple[Planned, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def contradicts(self) -> bool:
        """Whether some instruction says one thing in words and another in its structure."""
        return any(problem.disagrees for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _Dosage:
    """One instruction as it was read."""

    sequence: int | None
    text: str
    timing: Timing
    as_needed: bool
    amount: Decimal | None
    most: Decimal | None
    pointer: str


def read(instructions: object, first_at: datetime, pointer: str = "/dosageInstruction") -> Reading:
    """Dosage instructions as they stand in a resource; `first_at` is when hours are counted from if nothing says so."""
    problems: list[Problem] = []
    parent = Node({"all": instructions if instructions is not None else []}, "", problems)
    nodes = [replace(node, pointer=pointer + node.pointer.removeprefix("/all")) for node in parent.all_within("all")]
    dosages = [_dosage(node) for node in nodes]
    text = "\n".join(dict.fromkeys(dosage.text for dosage in dosages if dosage.text))
    if not dosages and not problems:
        return Reading(text, (Planned(AsDirected("There are no instructions."), text),))
    if len(dosages) > 1:
        _each_against_its_text(dosages, first_at, problems)
    if not problems:
        planned = _planned(dosages, first_at, problems)
        if not problems:
            return Reading(text, planned)
    why = " ".join(dict.fromkeys(problem.says for problem in problems))
    return Reading(text, (Planned(AsDirected(why), text),), tuple(problems))


def _dosage(node: Node) -> _Dosage:
    if node.has("modifierExtension"):
        node.problem("Something changes what this means, and Kith does not know it.", "modifierExtension")
    text = _text(node)
    read_text = dosage_text.understood(text)
    for words in (words for facts in read_text.steps for words in facts.varies):
        node.problem(f"A person decides the dose each time (“{words}”): it is kept as a record only.", "text")
    quantities.against_text(node, read_text.facts.amounts if len(read_text.steps) == 1 else ())
    amount = quantities.amount(node)
    return _Dosage(
        sequence=node.whole("sequence"),
        text=text,
        timing=_at_the_moments_said(timing.read(node.within("timing"), amount), read_text.facts.moments),
        as_needed=_as_needed(node),
        amount=amount,
        most=quantities.most_in_24_hours(node),
        pointer=node.pointer,
    )


def _at_the_moments_said(read_timing: Timing, said: Sequence[Moment]) -> Timing:
    """Times that nobody stated in the structure are offered as the text names them; they are confirmed all the same."""
    if not read_timing.supposed or len(said) != len(read_timing.slots):
        return read_timing
    both = zip(read_timing.slots, said, strict=True)
    return replace(read_timing, slots=tuple(moments.as_said(slot, moment) for slot, moment in both))


def _text(node: Node) -> str:
    """All that is said in words: each of it may say when or how much."""
    said = [node.words("text"), node.words("patientInstruction")]
    for concept in node.all_within("additionalInstruction"):
        said.append(concept.words("text") or next((c.words("display") for c in concept.all_within("coding")), ""))
    return "; ".join(dict.fromkeys(part for part in said if part))


def _as_needed(node: Node) -> bool:
    """R4: asNeededBoolean or asNeededCodeableConcept; R5: asNeeded and asNeededFor."""
    said = [node.raw.get(name) for name in ("asNeededBoolean", "asNeeded")]
    with_reason = node.has("asNeededCodeableConcept") or node.has("asNeededFor")
    if any(one not in (None, True, False) for one in said):
        node.problem("Whether it is when needed has to be true or false.", "asNeededBoolean")
    if False in said and (with_reason or True in said):
        node.problem("It says when needed and not when needed.", "asNeededBoolean")
    return with_reason or True in said


def _each_against_its_text(dosages: Sequence[_Dosage], first_at: datetime, problems: list[Problem]) -> None:
    """Several instructions that have words of their own each say what their own structure says, or none is kept."""
    if len({dosage.text for dosage in dosages}) < len(dosages):
        return
    for dosage in dosages:
        compared = agreement.agree(dosage.text, _pattern(dosage, first_at), lasts=dosage.timing.bounds.length)
        if compared.verdict is Verdict.CONTRADICTS:
            problems.append(Problem(dosage.pointer, compared.why, disagrees=True))


def _planned(dosages: Sequence[_Dosage], first_at: datetime, problems: list[Problem]) -> tuple[Planned, ...]:
    """Equal sequence: at the same time. Different: one after the other, without a gap."""
    numbers = {dosage.sequence for dosage in dosages}
    if len(dosages) > 1 and None in numbers:
        problems.append(Problem(dosages[0].pointer, "There are several instructions and no order."))
        return ()
    ordered = sorted(dosages, key=lambda dosage: dosage.sequence or 0)
    steps = [list(step) for _, step in groupby(ordered, key=lambda dosage: dosage.sequence)]
    if len(steps) == 1:
        return tuple(_one(dosage, first_at) for dosage in _together(steps[0]))
    return _one_after_the_other([_together(step) for step in steps], problems)


def _together(step: Sequence[_Dosage]) -> list[_Dosage]:
    """Instructions of one time with the same words, days and bounds become one with the times of all."""
    first = step[0]
    alike = all(
        dosage.timing.slots
        and not dosage.as_needed
        and dosage.text == first.text
        and (dosage.timing.days, dosage.timing.bounds) == (first.timing.days, first.timing.bounds)
        for dosage in step
    )
    if len(step) == 1 or not alike:
        return list(step)
    slots = [slot for dosage in step for slot in dosage.timing.slots]
    numbered = tuple(replace(slot, number=number) for number, slot in enumerate(slots))
    supposed = tuple(dict.fromkeys(words for dosage in step for words in dosage.timing.supposed))
    return [replace(first, timing=replace(first.timing, slots=numbered, supposed=supposed))]


def _one(dosage: _Dosage, first_at: datetime) -> Planned:
    read_timing, bounds = dosage.timing, dosage.timing.bounds
    return Planned(
        _pattern(dosage, first_at),
        dosage.text,
        bounds.first,
        bounds.last or _last(bounds),
        bounds.length,
        () if dosage.as_needed else read_timing.supposed,
    )


def _last(bounds: Bounds) -> date | None:
    return bounds.first + (bounds.days - 1) * DAY if bounds.first and bounds.days else None


def _pattern(dosage: _Dosage, first_at: datetime) -> Pattern:
    read_timing = dosage.timing
    if dosage.as_needed:
        return AsNeeded(read_timing.every, _most(dosage), dosage.amount)
    if read_timing.most is not None:
        return AsDirected(f"It says up to {read_timing.most} times a day, and not how many times it is.")
    if read_timing.every is not None:
        if read_timing.longest not in (None, read_timing.every):
            return AsDirected("It leaves open how many hours lie between two doses.")
        return Elapsed(read_timing.every, read_timing.bounds.first_at or first_at, dosage.amount)
    if read_timing.slots:
        return Phases((Phase(read_timing.slots, read_timing.days, read_timing.bounds.length),))
    return AsDirected("The instructions do not say when.")


def _most(dosage: _Dosage) -> Decimal | None:
    """The most in 24 hours in units of the form: said, or so many times the most at one time."""
    times = dosage.timing.most or (len(dosage.timing.slots) or None)
    by_times = times * (dosage.amount or 1) if times else None
    limits = [limit for limit in (dosage.most, by_times) if limit is not None]
    return Decimal(min(limits)) if limits else None


def _one_after_the_other(steps: Sequence[Sequence[_Dosage]], problems: list[Problem]) -> tuple[Planned, ...]:
    """A taper: each step has times and an end; a gap or an overlap is never bridged."""
    flat = [step[0] for step in steps]
    for step in steps:
        if len(step) > 1 or not step[0].timing.slots or step[0].as_needed:
            problems.append(Problem(step[0].pointer, "Steps in order need times of the day, and nothing beside them."))
    for before, after in pairwise(flat):
        _joins(before, after, problems)
    if problems:
        return ()
    phases = tuple(Phase(one.timing.slots, one.timing.days, one.timing.bounds.length) for one in flat)
    text = " then ".join(one.text for one in flat if one.text)
    supposed = tuple(dict.fromkeys(words for one in flat for words in one.timing.supposed))
    lengths = [phase.length for phase in phases]
    lasts = None if None in lengths else sum(length or 0 for length in lengths)
    return (Planned(Phases(phases), text, flat[0].timing.bounds.first, flat[-1].timing.bounds.last, lasts, supposed),)


def _joins(before: _Dosage, after: _Dosage, problems: list[Problem]) -> None:
    if before.timing.bounds.length is None:
        problems.append(Problem(before.pointer, "A step in order does not say how long it lasts."))
    last, first = before.timing.bounds.last or _last(before.timing.bounds), after.timing.bounds.first
    if last and first and first != last + DAY:
        what = "a gap" if first > last else "an overlap"
        says = f"There is {what} between two steps: one ends on {last}, the next begins on {first}."
        problems.append(Problem(after.pointer, says))
