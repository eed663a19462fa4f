"""Ask for help, a question a page: what, when, whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Invalid, TooMany
from app.core.http import Pages
from app.core.ids import new_id
from app.messages import help_entering, wanted
from app.messages.queries import help as queries
from app.messages.schemas import help as schemas
from app.messages.service import asking
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import dose_typed, medicine_typed, question_pages
from app.web.patient import help_gathering as gathering
from app.web.patient.sharing import Shown

pages = Pages("my_help_asking", __name__, url_prefix="/my/<uuid:patient_id>/help")
ASK: Final = guards.on_patient(Permission.WRITE_POSTS)
REFUSED: Final = (Conflict, Invalid, TooMany)
OTHER: Final = "other"
# The questions in their order, each with the boxes on its page.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "what": ("thing", "words"),
    "when": ("when", "wanted_at"),
    "whom": ("whom", "person"),
}
WHAT: Final = "Choose what would help"
WORDS: Final = f"Say in a few words what would help, in up to {help_entering.LONGEST} letters"
WHEN: Final = "Choose when"
AT: Final = f"Give a day and time from now on, {wanted.AHEAD.days} days ahead at most"
WHOM: Final = "Choose whom to ask"
SOME: Final = "Tick at least one"
_BESIDE: Final = {"/thing": "thing", "/words": "words", "/wanted_at": "wanted_at", "/people": "person"}
_SAID: Final = {"words": WORDS, "wanted_at": AT, "person": SOME}
_NEW: Final = schemas.NewHelpSchema()


@pages.get("/ask", access=ASK)
def ask(patient: AdmittedPatient) -> str:
    """What would help?"""
    return _page(patient, MultiDict({"id": str(new_id())}), "what")[0]


@pages.post("/ask", access=ASK)
def ask_next(patient: AdmittedPatient) -> Any:
    """The next question, or ask those who were chosen."""
    form = request.form
    step, errors = question_pages.following(form, list(STEPS), lambda one: _faults(form, one))
    return _page(patient, form, step, errors) if step else _asked(patient, form)


def _asked(patient: AdmittedPatient, form: MultiDict[str, str]) -> Any:
    try:
        new = http.loaded(_NEW, _typed(patient, form))
        made = asking.ask(patient, new, gathering.by())
    except REFUSED as refused:
        errors = {_BESIDE.get(one["pointer"], ""): one["detail"] for one in refused.errors} or {"": refused.detail}
        said = {name: _SAID.get(name, detail) for name, detail in errors.items()}
        return _page(patient, form, next((one for one in STEPS if set(STEPS[one]) & said.keys()), "whom"), said)
    return redirect(url_for("my_help.one", patient_id=patient.id, request_id=made.id, said="asked"), 303)


def _typed(patient: AdmittedPatient, form: MultiDict[str, str]) -> dict[str, Any]:
    """What was chosen, as the schema takes it."""
    thing = form.get("thing")
    at = dose_typed.local_time(form, "wanted_at", patient.zone).isoformat() if form.get("when") == "at" else None
    return {
        "id": str(medicine_typed.form_id(form)),
        "thing": None if thing == OTHER else thing,
        "words": form.get("words", "").strip(),
        "wanted_at": at,
        "people": form.getlist("person") if form.get("whom") == "some" else None,
    }


def _faults(form: MultiDict[str, str], step: str) -> dict[str, str]:
    """What is missing on one page."""
    if step == "what":
        if form.get("thing") not in {*wanted.THINGS, OTHER}:
            return {"thing": WHAT}
        words = form.get("words", "").strip()
        empty = not words and form.get("thing") == OTHER
        return {"words": WORDS} if empty or len(words) > help_entering.LONGEST else {}
    if step == "when":
        if form.get("when") not in ("soon", "at"):
            return {"when": WHEN}
        return {"wanted_at": AT} if form["when"] == "at" and not form.get("wanted_at") else {}
    if form.get("whom") not in ("all", "some"):
        return {"whom": WHOM}
    return {"person": SOME} if form["whom"] == "some" and not form.getlist("person") else {}


def _page(
    patient: AdmittedPatient, form: MultiDict[str, str], step: str, errors: dict[str, str] | None = None
) -> tuple[str, int]:
    people = [one.person_id for one in queries.helpers(patient) if one.person_id != guards.caller().person_id]
    named = queries.named(patient, dict.fromkeys(people, "member"))
    ticked = form.getlist("person")
    context = {
        "step": step,
        "previous": question_pages.before(list(STEPS), step),
        "send": "Ask them" if step == "whom" else None,
        "kept": question_pages.kept(form, STEPS, step, ("id",)),
        "typed": form,
        "things": [
            *({"value": name, "text": text} for name, text in wanted.THINGS.items()),
            {"value": OTHER, "text": "Something else"},
        ],
        "people": [
            {"value": str(one), "text": f"{named[one].name}, {named[one].said}", "checked": str(one) in ticked}
            for one in people
        ],
        "closed": _closed(patient, is_nobody=not people),
        "action": url_for("my_help_asking.ask_next", patient_id=patient.id),
        "back": gathering.title(patient),
        "back_href": url_for("my_help.help", patient_id=patient.id),
        **Shown(form, errors or {}).context(),
    }
    return frame.for_patient("patient/help/ask.html", patient, "help", **context), 422 if errors else 200


def _closed(patient: AdmittedPatient, *, is_nobody: bool) -> str | None:
    """Why there is no box: nobody would read it."""
    if patient.ended_at is not None:
        return asking.ENDED.format(team=patient.team_name)
    return asking.NOBODY if is_nobody else None
