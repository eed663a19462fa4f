"""Rating how life is going, for the patient and for their team: one area a question, then the chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import g, redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.core.http import Pages
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import saying, voicing
from app.ratings.entering import LONGEST_NOTE, NewCorrection, Said
from app.ratings.instrument import Instrument
from app.ratings.queries import drafts as queries
from app.ratings.queries import rated
from app.ratings.queries import shown as showing
from app.ratings.queries.drafts import Draft
from app.ratings.service import drafts, rating
from app.web import rating_shown
from app.web.patient import medicine_typed
from app.web.patient.sharing import Shown

SEE: Final = guards.on_patient(Permission.SEE_RATINGS)
RATE: Final = guards.on_patient(Permission.RATE)
CORRECT: Final = guards.on_patient(Permission.CORRECT_RATINGS)
REFUSED: Final = (Conflict, Invalid, Forbidden)
CHOOSE: Final = "Choose a number, or leave this one out"
SAID: Final = {
    "given": "Thank you. It is sent.",
    "corrected": "It is corrected. What stood there before is kept.",
    "let_go": "Nothing was sent, and what was written is gone.",
}


@dataclass(frozen=True, slots=True)
class Audience:
    """Who looks: in which frame, at which addresses, and which views they give."""

    name: str
    url_prefix: str
    show: Callable[[str, AdmittedPatient, dict[str, Any]], str]
    voices: tuple[str, ...]


def pages_of(audience: Audience) -> Pages:
    """The pages of one audience."""
    pages = Pages(audience.name, __name__, url_prefix=audience.url_prefix)
    _overview(pages, audience)
    _asking(pages, audience)
    _sending(pages, audience)
    _correcting(pages, audience)
    return pages


def by() -> By:
    """Whoever acts on this page."""
    return By(guards.caller().person_id, g.role, "page")


def _overview(pages: Pages, audience: Audience) -> None:
    def page(patient: AdmittedPatient, refused: DomainError | None = None) -> str:
        held = rating_shown.overview(patient, audience.name, audience.voices)
        held["said"] = SAID.get(request.args.get("said", ""))
        held["errors"] = [{"text": refused.detail, "href": "#rate"}] if refused else []
        return audience.show("overview", patient, held)

    @pages.get("", access=SEE)
    def overview(patient: AdmittedPatient) -> str:
        """The chart, its table, and how far they have come."""
        return page(patient)

    @pages.post("", access=RATE)
    def begin(patient: AdmittedPatient) -> Any:
        """Begin to rate, or go on where it was left."""
        on_paper = request.form.get("on_paper") == "yes"
        try:
            code, voice = request.form.get("code", ""), request.form.get("voice", "")
            draft = drafts.take_up(patient, code, _voice(audience, voice), by(), on_paper=on_paper)
        except REFUSED as refused:
            return page(patient, refused), refused.status
        return _onward(audience, patient, draft)


def _asking(pages: Pages, audience: Audience) -> None:
    def question(patient: AdmittedPatient, draft: Draft, area: str, errors: dict[str, str]) -> Any:
        held = rating_shown.question(patient, audience.name, draft, area)
        held |= Shown(errors=errors).context() | ({"typed": request.form} if errors else {})
        return audience.show("question", patient, held), 422 if errors else 200

    @pages.get("/<uuid:rating_draft>/<area>", access=RATE)
    def ask(patient: AdmittedPatient, rating_draft: UUID, area: str) -> Any:
        """One area."""
        return question(patient, _draft(patient, rating_draft), area, {})

    @pages.post("/<uuid:rating_draft>/<area>", access=RATE)
    def say(patient: AdmittedPatient, rating_draft: UUID, area: str) -> Any:
        """Keep what is said of it, and go on."""
        draft = _draft(patient, rating_draft)
        said, errors = _said(draft.instrument)
        if said is None:
            return question(patient, draft, area, errors)
        return _onward(audience, patient, _kept(patient, draft, {area: said}))


def _sending(pages: Pages, audience: Audience) -> None:
    @pages.get("/<uuid:rating_draft>/send", access=RATE)
    def check(patient: AdmittedPatient, rating_draft: UUID) -> Any:
        """Everything that was said, before it is sent."""
        return audience.show(
            "check", patient, rating_shown.check(patient, audience.name, _draft(patient, rating_draft))
        )

    @pages.post("/<uuid:rating_draft>/send", access=RATE)
    def send(patient: AdmittedPatient, rating_draft: UUID) -> Any:
        """Send it; sent twice it is one rating."""
        try:
            made = drafts.finish(patient, rating_draft, by())
        except REFUSED as refused:
            held = rating_shown.check(patient, audience.name, _draft(patient, rating_draft))
            held["errors"] = [{"text": refused.detail, "href": "#send"}]
            return audience.show("check", patient, held), refused.status
        return _home(audience, patient, "given", made.code)

    @pages.post("/<uuid:rating_draft>/let-go", access=RATE)
    def let_go(patient: AdmittedPatient, rating_draft: UUID) -> Any:
        """Throw away what was written and not sent."""
        draft = _draft(patient, rating_draft)
        drafts.throw_away(patient, rating_draft, by())
        return _home(audience, patient, "let_go", draft.row.code)


def _correcting(pages: Pages, audience: Audience) -> None:
    def form(patient: AdmittedPatient, rating_id: UUID, refused: DomainError | None) -> Any:
        one = showing.one(patient, rated.one(patient, g.role, rating_id), g.role)
        held = rating_shown.correction(patient, audience.name, one, request.form)
        errors = _beside(refused) if refused else {}
        held |= Shown(errors=errors).context() | ({"typed": request.form} if refused else {})
        return audience.show("correct", patient, held), refused.status if refused else 200

    @pages.get("/<uuid:rating_id>/correct", access=CORRECT)
    def correct(patient: AdmittedPatient, rating_id: UUID) -> Any:
        """A rating that was sent, to be put right."""
        return form(patient, rating_id, None)

    @pages.post("/<uuid:rating_id>/correct", access=CORRECT)
    def correct_now(patient: AdmittedPatient, rating_id: UUID) -> Any:
        """Put the right one in its place, with the reason."""
        try:
            one = showing.one(patient, rated.one(patient, g.role, rating_id), g.role)
            made = rating.correct(patient, rating_id, _correction(one), by())
        except REFUSED as refused:
            return form(patient, rating_id, refused)
        return _home(audience, patient, "corrected", made.code)


def _voice(audience: Audience, voice: str) -> str:
    if voice not in audience.voices:
        raise Invalid("Choose whose view it is.")
    return voice


def _draft(patient: AdmittedPatient, rating_draft: UUID) -> Draft:
    """One that the caller is writing. Raises NotFound: sent already, thrown away, or somebody else's."""
    row = queries.one(patient, guards.caller().person_id, rating_draft)
    if row is None:
        raise NotFound
    return queries.in_full([row])[0]


def _kept(patient: AdmittedPatient, draft: Draft, said: dict[str, Said]) -> Draft:
    row = draft.row
    return drafts.keep(patient, row.code, row.voice, said, by(), on_paper=row.channel == voicing.PAPER)


def _onward(audience: Audience, patient: AdmittedPatient, draft: Draft) -> Any:
    """To the next area of which nothing was said, or to the page before it is sent."""
    area = draft.next_area
    ids: dict[str, Any] = {"patient_id": patient.id, "rating_draft": draft.row.client_id}
    if area is None:
        return redirect(url_for(f"{audience.name}.check", **ids), 303)
    return redirect(url_for(f"{audience.name}.ask", **ids, area=area.code), 303)


def _home(audience: Audience, patient: AdmittedPatient, said: str, code: str) -> Any:
    return redirect(url_for(f"{audience.name}.overview", patient_id=patient.id, said=said, code=code), 303)


def _said(one: Instrument) -> tuple[Said | None, dict[str, str]]:
    """What the form says of an area, or what is wrong with it."""
    note = request.form.get("note", "").strip() or None
    if note and len(note) > LONGEST_NOTE:
        return None, {"note": f"Write up to {LONGEST_NOTE} characters"}
    if "leave_out" in request.form:
        return Said(None, note), {}
    score = _number(request.form.get("score", ""))
    if score is None or not one.lowest <= score <= one.highest:
        return None, {"score": CHOOSE}
    return Said(score, note), {}


def _correction(one: showing.Shown) -> NewCorrection:
    """A whole rating from the form; the words beside the areas stay as they were."""
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_NOTE:
        raise Invalid("Say why", errors=[{"pointer": "/reason", "detail": "Say why it is corrected"}])
    typed = {area.code: request.form.get(area.code, "") for area in one.instrument.areas}
    if any(value and _number(value) is None for value in typed.values()):
        raise Invalid(saying.off_the_scale(one.instrument))
    scores = {area: _number(value) for area, value in typed.items()}
    notes = {each.area.code: each.note for each in one.areas if each.note}
    return NewCorrection(medicine_typed.form_id(request.form), scores, reason, notes)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else None


def _beside(refused: DomainError) -> dict[str, str]:
    names = {one["pointer"].rpartition("/")[2]: one["detail"] for one in refused.errors or ()}
    return names or {"": refused.detail or refused.title}
