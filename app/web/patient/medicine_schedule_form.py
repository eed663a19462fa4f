"""The pages of the question when a medicine is taken: what each asks, and what travels along unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.errors import Invalid
from app.medicines import queries, stored
from app.medicines.models import Medicine, Schedule
from app.medicines.patterns import Pattern
from app.medicines.queries import showing
from app.medicines.queries.showing import UNITS
from app.medicines.service.previewing import Preview
from app.patients.admission import AdmittedPatient
from app.web import moments, words
from app.web.patient import dose_words
from app.web.patient import medicine_times as times
from app.web.patient import medicine_times_now as times_now

STEPS: Final = ("kind", "times", "label", "preview")
_LABEL: Final = ("instructions", "starts_on", "ends_on")
_NOT_KEPT: Final = ("csrf_token", "step", "to", "more")
_NO_DAY: Final = "Give a day, such as 24 November 2026"
_PLAINLY: Final = {  # by field, and how the schema begins to say it
    ("instructions", "Length mu"): "Give up to 1,000 letters",
    ("starts_on", "Not a val"): _NO_DAY,
    ("ends_on", "Not a val"): _NO_DAY,
}
NO_REMINDER: Final = "Nobody is reminded of it: it is recorded when it is taken."


@dataclass(frozen=True, slots=True)
class About:
    """Which medicine, and which of its schedules is changed, if any."""

    medicine: Medicine
    action: str
    schedule: Schedule | None = None


def about_new(patient: AdmittedPatient, medicine_id: UUID) -> About:
    """A schedule to come. Raises NotFound."""
    medicine = queries.medicine(patient, medicine_id)
    return About(medicine, url_for("my_schedule.add", patient_id=patient.id, medicine_id=medicine_id))


def about_change(patient: AdmittedPatient, schedule_id: UUID) -> About:
    """A schedule that is there. Raises NotFound."""
    schedule = queries.schedule(patient, schedule_id)
    action = url_for("my_schedule.change_now", patient_id=patient.id, schedule_id=schedule_id)
    return About(queries.medicine(patient, schedule.medicine_id), action, schedule)


def typed(patient: AdmittedPatient, about: About) -> MultiDict[str, str]:
    """The form as it would say what is there now."""
    schedule = about.schedule
    assert schedule is not None  # only what is there can be changed
    form = times_now.typed(stored.from_json(schedule.pattern), patient.zone)
    form["version"] = str(schedule.version)
    form["instructions"] = schedule.instructions or ""
    form["starts_on"] = schedule.starts_on.isoformat()
    form["ends_on"] = schedule.ends_on.isoformat() if schedule.ends_on else ""
    return form


def with_more(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same form with a line more."""
    wider, name = MultiDict(form), "steps" if form.get("more") == "step" else "rows"
    wider[name] = str(times.rows(form, name, 3 if name == "steps" else _usual(form)) + 1)
    return wider


def _usual(form: Mapping[str, str]) -> int:
    return 1 if form.get("kind") in ("weekly", "taper") else 2


def body(form: Mapping[str, str], pattern: Pattern | None) -> dict[str, Any]:
    """What the slice's schema takes."""
    said = {name: text for name in _LABEL if (text := form.get(name, "").strip())}
    return {"pattern": stored.to_json(pattern) if pattern else {}, **said}


def errors(refused: Invalid, found: times.Read) -> dict[str, str]:
    """What was refused, each beside its field; what the schema says of text and days in plain words."""
    named = {times.beside(one["pointer"], found): one["detail"] for one in refused.errors}
    return {name: _PLAINLY.get((name, detail[:9]), detail) for name, detail in named.items()}


def step_of(errors: Mapping[str, str]) -> str:
    """The page on which all of this can be mended."""
    return "label" if errors and set(errors) <= set(_LABEL) else "times"


def page(
    patient: AdmittedPatient,
    about: About,
    form: MultiDict[str, str],
    step: str,
    errors: Mapping[str, str],
    preview: Preview | None,
) -> dict[str, Any]:
    """One page of the question."""
    kind = form.get("kind", "")
    kind_asked = {"kinds": [{"value": one, "text": text} for one, text in times.KINDS.items()]}
    return kind_asked | {
        "name": about.medicine.name,
        "is_change": about.schedule is not None,
        "now_words": _now(patient, about),
        "kind": kind,
        "kind_words": times.KINDS.get(kind, ""),
        "typed": form,
        "rows": range(1, times.rows(form, "rows", _usual(form)) + 1),
        "steps": range(1, times.rows(form, "steps", 3) + 1),
        "anchors": [{"value": "", "text": "–"}, *({"value": one.value, "text": text} for one, text in _anchors())],
        "moments": lambda row: times.moments(form.get(f"offset-{row}", "")),
        "weekdays": [{"value": str(n), "text": day} for n, day in enumerate(times.WEEKDAYS, 1)],
        "ticked": form.getlist("weekdays"),
        "reasons": [{"value": one, "text": words.upper(text)} for one, text in times.REASONS.items()],
        "unit": _unit(about.medicine),
        "today": clock.today(patient.zone).isoformat(),
        "now": f"{clock.now().astimezone(patient.zone):%Y-%m-%dT%H:%M}",
        "kept": _kept(form, step),
        "errors": [{"text": text, "href": f"#{name or 'maincontent'}"} for name, text in errors.items()],
        "error": errors,
        "preview": _shown(patient, about.medicine, kind, preview) if preview else None,
        "action": about.action,
        "back_href": url_for("my_medicines.medicine", patient_id=patient.id, medicine_id=about.medicine.id),
        "day_href": url_for("my_day.day", patient_id=patient.id),
    }


def _now(patient: AdmittedPatient, about: About) -> list[str]:
    """What is to be changed, in words."""
    if about.schedule is None:
        return []
    shown = showing.schedule(patient, about.schedule, about.medicine.form)
    return [words.upper(line) for line in shown.words]


def _anchors() -> list[tuple[Any, str]]:
    return list(times.ANCHORS.items())


def _unit(medicine: Medicine) -> str:
    form = (medicine.form or "").lower()
    return form if form in UNITS else ""


# What the page of times asks; names that end in "-" go on with the number of a line.
_TIMES: Final = frozenset({
    "at-", "with-", "offset-", "amount-", "amount", "days-", "step-amount-", "rows", "steps", "weekday", "weekdays",
    "every", "every_hours", "on", "off", "first_at", "gap_hours", "most", "why",
})  # fmt: skip
_ASKED: Final = {
    "kind": frozenset({"kind"}), "times": _TIMES, "label": frozenset(_LABEL), "preview": frozenset()
}  # fmt: skip


def _kept(form: MultiDict[str, str], step: str) -> list[tuple[str, str]]:
    """What was typed on other pages, to be sent along."""
    return [
        (name, text)
        for name, text in form.items(multi=True)
        if name not in _NOT_KEPT and name.rstrip("0123456789") not in _ASKED[step]
    ]


def _shown(patient: AdmittedPatient, medicine: Medicine, kind: str, preview: Preview) -> dict[str, Any]:
    today = clock.today(patient.zone)
    days = [
        {
            "iso": one.on.isoformat(),
            "words": f"{one.on:%a} {one.on.day} {one.on:%b}" + (" (today)" if one.on == today else ""),
            "note": one.note,
            "doses": [
                {"at": dose.shown, "amount": dose_words.amount(dose.amount, medicine.form, UNITS)} for dose in one.doses
            ],
        }
        for one in preview.days
    ]
    return {
        "words": [words.upper(line) for line in preview.words],
        "unclear": preview.unclear,
        "days": days if kind not in ("needed", "directed") else [],
        "no_reminder": NO_REMINDER if kind in ("needed", "directed") else None,
        "until": moments.full(preview.days[-1].on) if preview.days else "",
    }
