"""The worklist as its page shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.alerts.queries.worklist import Worklist, WorklistRow
from app.web import moments, words

_SEVERITIES: Final = {"": "Everything", "red": "Red and worse", "amber": "Amber and worse"}
_OWNERS: Final = {"": "Everybody", "me": "Me"}
_SHOWN: Final = {
    "red": ("emergency", "red", "not_judged"),
    "amber": ("emergency", "red", "not_judged", "amber"),
}
SAID: Final = {
    "taken": "You have this alert now.",
    "gone": "Somebody else has taken it already, or it is closed.",
    "resolved": "The alert is resolved.",
}
ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; what it does not know it leaves out."""

    severity: str = ""
    owner: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filters:
        """The filters of an address."""
        severity, owner = asked.get("severity", ""), asked.get("owner", "")
        return cls(severity if severity in _SEVERITIES else "", owner if owner in _OWNERS else "")

    @property
    def query(self) -> dict[str, Any]:
        return {name: value for name, value in (("severity", self.severity), ("owner", self.owner)) if value}

    def fields(self) -> list[dict[str, Any]]:
        """The filters as choices of the page."""
        return [
            _field("owner", "Who has it", _OWNERS, self.owner),
            _field("severity", "Severity", _SEVERITIES, self.severity),
        ]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the list, and when."""

    person_id: UUID
    now: datetime
    zone: ZoneInfo


def _field(name: str, label: str, options: Mapping[str, str], chosen: str) -> dict[str, Any]:
    shown = [{"value": value, "text": text, "selected": value == chosen} for value, text in options.items()]
    return {"name": name, "label": label, "options": shown}


def listed(worklist: Worklist, filters: Filters, reader: Reader, etag: str) -> dict[str, Any]:
    """The part that is asked for again every few seconds."""
    rows = worklist.rows
    shown = [row for row in rows if _passes(row, filters, reader)]
    waiting = sum(_waits(row) for row in rows)
    # A severity hides every to-do, those that are left out too.
    hidden = len(rows) - len(shown) + (worklist.todos_left_out if filters.severity else 0)
    return {
        "url": _address(filters),
        "etag": etag,
        "now": reader.now.isoformat(),
        "summary": _summary(shown, hidden),
        "waiting": waiting,
        "rows": [_row(row, filters, reader) for row in shown],
        "more": "" if filters.severity else _more(worklist.todos_left_out),
        "empty": _empty(hidden),
    }


def _address(filters: Filters) -> str:
    query = f"?{urlencode(filters.query)}" if filters.query else ""
    return url_for("coordinator.worklist") + query


def _passes(row: WorklistRow, filters: Filters, reader: Reader) -> bool:
    is_mine = reader.person_id == (row.taken_by_id or row.owner_id)
    wanted = _SHOWN.get(filters.severity)
    return (filters.owner != "me" or is_mine) and (wanted is None or severity(row) in wanted)


def severity(row: WorklistRow) -> str:
    """What the row is marked with."""
    if row.kind == "todo":
        return "todo"
    return str(row.severity) if row.is_judged else "not_judged"


def _waits(row: WorklistRow) -> bool:
    return row.kind == "alert" and row.state == "open"


def _summary(shown: Sequence[WorklistRow], hidden: int) -> str:
    counts: list[tuple[Callable[[WorklistRow], bool], str]] = [
        (_waits, "to acknowledge"),
        (lambda row: row.kind == "alert" and row.state != "open", "in hand"),
        (lambda row: row.kind == "todo", "to do"),
    ]
    said = [f"{count} {text}" for which, text in counts if (count := sum(map(which, shown)))]
    said += [f"{hidden} not shown by this filter"] if hidden else []
    return ", ".join(said) or "Nothing open"


def _more(left_out: int) -> str:
    if not left_out:
        return ""
    return f"and {left_out} more to-do{'' if left_out == 1 else 's'}, due later. They move up as these are done."


def _empty(hidden: int) -> str:
    if hidden:
        return f"Nothing here passes the filter. {hidden} not shown."
    return "Nobody needs you just now. New alerts appear here by themselves."


def _row(row: WorklistRow, filters: Filters, reader: Reader) -> dict[str, Any]:
    patient_href = url_for("coordinator.patient", patient_id=row.patient_id)
    one: dict[str, Any] = {"patient_id": row.patient_id, "alert_id": row.id}
    is_alert = row.kind == "alert"
    who = row.taken_by_id or row.owner_id
    return {
        "id": str(row.id),
        "severity": severity(row),
        "who": row.patient,
        "who_detail": str(moments.age(row.born_on, _today(reader))) if row.born_on else None,
        "patient_href": patient_href,
        "href": url_for("coordinator.alert", **one) if is_alert else f"{patient_href}#todos",
        "why": row.why,
        "since": moments.moment(row.opened_at, reader.now, reader.zone),
        "late": row.is_late,
        "settled": row.is_settled,
        "withdrawn": row.is_withdrawn,
        "needs": list(_needs(row)),
        "owner": {"name": row.taken_by or row.owner, "mine": who == reader.person_id},
        "state": _state(row, reader),
        "due": moments.remaining(row.due_at, reader.now, reader.zone) if row.state == "open" else None,
        "take_url": url_for("coordinator.take", **one, **filters.query) if _waits(row) else None,
    }


def _today(reader: Reader) -> Any:
    return reader.now.astimezone(reader.zone).date()


def _needs(row: WorklistRow) -> Iterable[str]:
    if row.language.partition("-")[0] != ENGLISH:
        yield f"Speaks {words.language(row.language)}"
    yield from (sentence.rstrip(".") for sentence in words.sentences(row.needs or ""))


def _state(row: WorklistRow, reader: Reader) -> str:
    if row.kind == "todo":
        return "to do"
    if row.taken_at is None or row.state == "open":
        return "not taken yet"
    return f"taken {moments.words(row.taken_at, reader.now, reader.zone)}"
