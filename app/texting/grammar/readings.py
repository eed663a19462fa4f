"""Readings in a text: understood only when measure, value, unit, time and patient are certain; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Final

from app.texting.grammar import certain, forms, people
from app.texting.grammar.said import Known, Reading, Readings, Unsure, Why
from app.texting.grammar.tokens import Token, without

_SAYS_NOTHING: Final = frozenset({"fillers", "polite", "mine", "at"})
_BESIDES: Final = _SAYS_NOTHING | {"who", "time", "meals", "oxygen", "days"}
_REASONS: Final[dict[str, Why]] = {"question": "question", "clock": "when", "until": "when", "relatives": "who"}
_MORNING, _EVENING = range(4, 12), range(17, 24)
_MOST_STRANGE: Final = 4  # more words that are none of ours: somebody is talking


def read(found: Sequence[Token], known: Known) -> Readings | Unsure | None:
    """What a text says was measured; None if it says nothing of the kind."""
    asked = known.asked.measures
    row = without(found, _BESIDES)
    if not _is_like_one(row, known):
        return None
    of = _of(row, asked)
    strange = next((one.kind for one in row if one.kind not in _FORMS), None)
    if strange is not None:
        return Unsure("readings", _REASONS.get(strange, "words"), of)
    ways = forms.ways(row, asked)
    if len(ways) != 1:
        return Unsure("readings", "words" if ways or len(of) != 1 else "value", of)
    measured = _measured(ways[0], asked)
    if isinstance(measured, Unsure):
        return measured
    return _with_circumstances(measured, found, known, of)


_FORMS: Final = frozenset({"measures", "number", "units", "slash", "over", "hyphen", "levels", "parts", "out_of"})


def _is_like_one(row: Sequence[Token], known: Known) -> bool:
    """Whether somebody tried to send a reading. People also write of pain and pressure without one."""
    if any(map(_may_be, forms.holds_any(row))):
        return True
    kinds = {one.kind for one in row}
    has_number = bool(kinds & {"number", "bad", "clock"})
    is_talk = sum(one.kind == "unknown" for one in row) > _MOST_STRANGE
    named = [one for one in row if one.kind == "measures" and one.name not in forms.SCORES]
    return has_number and not is_talk and bool(named or known.asked.measures)


def _may_be(written: forms.Written) -> bool:
    """A pair without its measure may be a date or anything, unless it can be a blood pressure."""
    if written.level is not None:
        return not isinstance(certain.reading(forms.Written(written.measure, (), level="LO")), str)
    if written.measure == forms.BLOOD_PRESSURE and written.unit is None:
        return isinstance(certain.reading(written), Reading)
    return True


def _of(row: Sequence[Token], asked: Sequence[str]) -> tuple[str, ...]:
    """The measures it is about, as far as that can be seen."""
    named = [one.name for one in row if one.kind == "measures"]
    written = [one.measure for one in forms.holds_any(row, asked) if one.measure is not None]
    return tuple(dict.fromkeys([*named, *written] or asked))


def _measured(way: forms.Way, asked: Sequence[str]) -> tuple[Reading, ...] | Unsure:
    """The readings of a text, each certain by itself and of another measure."""
    used = [one.measure for one in way if one.measure]
    left = [name for name in asked if name not in used]
    measured: list[Reading] = []
    for one in way:
        if one.measure is None and len(left) == 1:
            one = forms.Written(left[0], one.numbers, one.unit)
        reading = certain.reading(one, asked)
        if isinstance(reading, str):
            return Unsure("readings", reading, (one.measure,) if one.measure else tuple(left))
        measured.append(reading)
    names = [one.measure for one in measured]
    twice = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return Unsure("readings", "two", twice) if twice else tuple(measured)


def _with_circumstances(
    measured: tuple[Reading, ...], found: Sequence[Token], known: Known, of: tuple[str, ...]
) -> Readings | Unsure:
    """With the patient, the time and the rest that it says; each may be said once."""
    try:
        who = people.one_meant(found, known, is_answer=_is_answer(measured, found, known.asked.measures))
    except people.NotCertain:
        return Unsure("readings", "who", of)
    said = {kind: {one.name for one in found if one.kind == kind} for kind in ("time", "days", "meals", "oxygen")}
    if any(len(names) > 1 for names in said.values()):
        return Unsure("readings", "when" if len(said["time"]) > 1 or len(said["days"]) > 1 else "words", of)
    at, day, meal, oxygen = (next(iter(names), None) for names in said.values())
    moment = time.fromisoformat(at) if at else None
    if not _is_certain(moment, day, known):
        return Unsure("readings", "when", of)
    on_oxygen = None if oxygen is None else oxygen == "yes"
    return Readings(measured, who, moment, int(day == "yesterday"), meal, on_oxygen)


def _is_answer(measured: Sequence[Reading], found: Sequence[Token], asked: Sequence[str]) -> bool:
    """Whether it gives what was asked and names nothing: a measure by its name may be that of somebody else."""
    names_nothing = not any(one.kind in ("measures", "parts") for one in found)
    return names_nothing and all(one.measure in asked for one in measured)


def _is_certain(at: time | None, day: str | None, known: Known) -> bool:
    """Whether the time it says is one moment in the past; this morning is now, if the text was sent in the morning."""
    sent = known.sent
    if day == "yesterday":
        return at is not None
    if at is not None:
        has_come = sent is None or at <= sent.time()
        return has_come and day in (None, "today")
    if day in ("morning", "evening"):
        return sent is not None and sent.hour in (_MORNING if day == "morning" else _EVENING)
    return day in (None, "today")
