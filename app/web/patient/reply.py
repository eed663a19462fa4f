"""The honest reply as its page shows it: the worst first, and whatever else was sent with it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.readings.models import Reading
from app.readings.replies import Reply
from app.web import moments, words
from app.web.patient import questions

_WORST_FIRST: Final = ("emergency", "red", "not_judged", "amber", "note", "fine", "kept")
_CALL_999: Final = {"text": "Call 999", "href": "tel:999"}
PASSED_ON: Final = "It is an unusual number, so it was passed on at once. Please measure again and send that too."


@dataclass(frozen=True, slots=True)
class Answered:
    """One reading with its reply; `is_watched`: some plan of theirs looks at this measure."""

    reading: Reading
    reply: Reply
    is_watched: bool

    @property
    def severity(self) -> str:
        if not self.reply.is_judged:
            return "not_judged"
        return self.reply.severity or ("fine" if self.is_watched else "kept")


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said about one check-in."""

    answered: Sequence[Answered]
    seen: Mapping[str, Any] | None
    wrong: Collection[UUID]  # entered in error
    now: datetime
    zone: ZoneInfo


def page(told: Told) -> dict[str, Any]:
    """What the sender reads."""
    worst, *others = sorted(told.answered, key=lambda one: _WORST_FIRST.index(one.severity))
    seen = told.seen and {"words": f"Seen by {told.seen['name']}", "when": _moment(told.seen["at"], told)}
    is_urgent = worst.severity in ("emergency", "red")
    return {
        "severity": "note" if worst.severity == "kept" else worst.severity,
        "headline": _headline(worst),
        "meaning": _meaning(worst),
        "steps": _steps(worst),
        "call": _CALL_999 if worst.severity == "emergency" else None,
        "also": [_also(one) for one in others if one.severity not in ("fine", "kept")],
        "who_looks": worst.reply.who,
        "otherwise": None if is_urgent or worst.reply.is_judged else worst.reply.do,
        "seen_by": seen,
        "sent": [
            {"label": words.title(one.reading.measure), "words": _words(one, told.wrong)} for one in _as_sent(told)
        ],
        "sent_at": _moment(worst.reading.measured_at, told),
    }


def _headline(one: Answered) -> str:
    match one.severity:
        case "emergency":
            return "Call 999 now"
        case "not_judged":
            return "Saved, but not checked yet"
        case "fine" | "kept":
            return f"Thank you. {words.sentences(one.reply.means)[0].rstrip('.')}"
    return words.sentences(one.reply.means)[0].rstrip(".")


def _meaning(one: Answered) -> str | None:
    """What the headline has not said yet, in the plan's own words."""
    if one.severity in ("emergency", "not_judged"):
        return one.reply.means
    if one.severity in ("fine", "kept"):
        return one.reply.do
    more = words.sentences(one.reply.means)[1:]
    passed_on = "confirm" in (one.reading.marks or ()) and one.severity == "red"
    return " ".join(more + ([PASSED_ON] if passed_on else [])) or None


def _steps(one: Answered) -> list[str]:
    if one.severity in ("fine", "kept", "not_judged"):
        return []
    return words.sentences(one.reply.do)


def _also(one: Answered) -> dict[str, Any]:
    return {
        "title": words.title(one.reading.measure),
        "meaning": one.reply.means,
        "steps": words.sentences(one.reply.do),
    }


def _as_sent(told: Told) -> list[Answered]:
    return sorted(told.answered, key=lambda one: one.reading.measure == questions.PULSE)


def _words(one: Answered, wrong: Collection[UUID]) -> str:
    mistake = "marked as a mistake" if one.reading.id in wrong else ""
    parts = [words.value(one.reading), words.around(one.reading), words.symptoms(one.reading), mistake]
    return ", ".join(filter(None, parts))


def _moment(at: datetime, told: Told) -> dict[str, str]:
    return moments.moment(at, told.now, told.zone)
