"""What the pages of ratings show, for the patient and for their team."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from flask import g, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import NotFound
from app.core.ids import new_id
from app.patients.admission import AdmittedPatient
from app.ratings import voicing
from app.ratings.instrument import Instrument
from app.ratings.models import VOICES, Rating
from app.ratings.queries import drafts, dues, instruments, rated
from app.ratings.queries import shown as showing
from app.ratings.queries.drafts import Draft
from app.ratings.queries.shown import Shown
from app.ratings.service import courses, licensing
from app.web import frame, looking, moments, wheels

OWN: Final = {"patient": "You", "together": "Together", "team": "Your team"}
THEIRS: Final = {"patient": "{patient}", "together": "Together", "team": "The team"}
BEGIN: Final = {
    "patient": "Rate how it is going",
    "together": "Rate together",
    "team": "Rate as you see it",
}
CHOSEN: Final = "r"  # the ratings that are drawn, as the address names them
EARLIER: Final = 24  # ratings to choose from


def overview(patient: AdmittedPatient, name: str, voices: Sequence[str]) -> dict[str, Any]:
    """The chart with what was chosen, the ratings there are, and what can be begun."""
    code = request.args.get("code") or request.form.get("code") or courses.DEFAULT
    side = showing.side_by_side(patient, g.role, code)
    found = showing.shown(patient, rated.listed(patient, g.role, code=code, limit=EARLIER)[:EARLIER], g.role)
    one = _instrument(code, found)
    drawn = _drawn(found)
    return {
        **_frame(patient, name),
        "name": one.name,
        "about": one.about,
        "code": code,
        "others": _others(patient, name, code),
        "begin": _begin(patient, name, one, voices),
        "due": when_due(patient, code),
        "wheel": wheel(patient, one, drawn) if drawn else None,
        "choices": [_choice(patient, name, each, drawn) for each in found],
        "most": wheels.MOST,
        "apart": seen_apart(patient, one, side),
        "words": _words(patient, side),
        "aims": _aims(patient, code, found),
    }


def question(patient: AdmittedPatient, name: str, draft: Draft, code: str) -> dict[str, Any]:
    """One area of a rating that is being written. Raises NotFound."""
    one = draft.instrument
    area = one.area(code)
    if area is None:
        raise NotFound
    said, place = draft.said.get(code), one.place(code)
    before, home = one.areas[place - 1].code if place else None, url_for(f"{name}.overview", patient_id=patient.id)
    ids: dict[str, Any] = {"patient_id": patient.id, "rating_draft": draft.row.client_id}
    return {
        **_frame(patient, name),
        "instrument": one,
        "area": area,
        "voice": _voice(patient, draft.row.voice),
        "number": place + 1,
        "of": len(one.areas),
        "scores": [{"score": n, "stage": one.stage(n)} for n in range(one.lowest, one.highest + 1)],
        "typed": {
            "score": "" if said is None or said.score is None else str(said.score),
            "note": (said.note if said else None) or "",
        },
        "action": url_for(f"{name}.say", **ids, area=code),
        "back_href": url_for(f"{name}.ask", **ids, area=before) if before else home,
    }


def check(patient: AdmittedPatient, name: str, draft: Draft) -> dict[str, Any]:
    """Everything that was said so far, with a way back to each."""
    one = draft.instrument
    ids: dict[str, Any] = {"patient_id": patient.id, "rating_draft": draft.row.client_id}
    return {
        **_frame(patient, name),
        "instrument": one,
        "voice": _voice(patient, draft.row.voice),
        "rows": [
            {
                "name": area.name,
                "score": draft.scores.get(area.code),
                "note": draft.notes.get(area.code),
                "href": url_for(f"{name}.ask", **ids, area=area.code),
            }
            for area in one.areas
        ],
        "send_action": url_for(f"{name}.send", **ids),
        "let_go_action": url_for(f"{name}.let_go", **ids),
        "back_href": url_for(f"{name}.ask", **ids, area=one.areas[-1].code),
        "errors": [],
    }


def correction(patient: AdmittedPatient, name: str, one: Shown, form: Mapping[str, str]) -> dict[str, Any]:
    """A rating that was sent, in a form."""
    scores = range(one.instrument.lowest, one.instrument.highest + 1)
    return {
        **_frame(patient, name),
        "id": form.get("id") or str(new_id()),
        "said_by": label(patient, one),
        "instrument": one.instrument,
        "scores": [str(score) for score in scores],
        "typed": {area.code: str(one.scores.get(area.code, "")) for area in one.instrument.areas} | {"reason": ""},
        "action": url_for(f"{name}.correct_now", patient_id=patient.id, rating_id=one.row.id),
        "back_href": url_for(f"{name}.overview", patient_id=patient.id, code=one.row.code),
    }


def _frame(patient: AdmittedPatient, name: str) -> dict[str, Any]:
    return {
        "whose": frame.whose(patient) and patient.given_name,
        "home_href": url_for(f"{name}.overview", patient_id=patient.id),
        "overview_action": url_for(f"{name}.begin", patient_id=patient.id),
    }


def _instrument(code: str, found: Sequence[Shown]) -> Instrument:
    """The one that is shown: as the newest rating has it, else as it is now. Raises NotFound."""
    return found[0].instrument if found else instruments.newest(code)


def _others(patient: AdmittedPatient, name: str, code: str) -> list[dict[str, str]]:
    """Other instruments that may be rated with here."""
    usable = licensing.usable(patient.organisation_id, clock.today(patient.zone))
    return [
        {"text": one.name, "href": url_for(f"{name}.overview", patient_id=patient.id, code=one.code)}
        for one in usable
        if one.code != code
    ]


def _aims(patient: AdmittedPatient, code: str, found: Sequence[Shown]) -> list[dict[str, Any]]:
    """Each area that the patient rated, lowest first, to make a goal of; for whoever sets goals."""
    own = next((one for one in found if one.row.voice in voicing.ANSWERS), None)
    if own is None or patient.ended_at is not None or not looking.may(Permission.CHANGE_GOALS):
        return []
    rated_ones = [(own.scores[one.code], one) for one in own.instrument.areas if own.scores.get(one.code) is not None]
    return [
        {
            "text": area.name,
            "score": score,
            "href": url_for("my_goals_adding.add", patient_id=patient.id, tied_to="area", tie=f"{code}:{area.code}"),
        }
        for score, area in sorted(rated_ones, key=lambda each: each[0])
    ]


def _begin(patient: AdmittedPatient, name: str, one: Instrument, voices: Sequence[str]) -> list[dict[str, Any]]:
    """What can be begun, or gone on with."""
    if patient.ended_at is not None or not looking.may(Permission.RATE):
        return []
    usable = {each.code for each in licensing.usable(patient.organisation_id, clock.today(patient.zone))}
    begun = {(each.row.code, each.row.voice): each for each in drafts.mine(patient, guards.caller().person_id)}
    found: list[dict[str, Any]] = []
    for voice in voices:
        draft = begun.get((one.code, voice))
        if draft is not None:
            said = f"{len(draft.said)} of {len(draft.instrument.areas)} said so far"
            found.append({"voice": voice, "text": "Go on with it", "detail": said})
        elif one.code in usable and voice in one.voices:
            found.append({"voice": voice, "text": _begin_words(patient, voice), "detail": None})
    for each in found:
        each["on_paper"] = not voicing.may_give(g.role, each["voice"])
    return found


def _begin_words(patient: AdmittedPatient, voice: str) -> str:
    if voice == voicing.PATIENT and not voicing.may_give(g.role, voice):
        return f"Copy what {patient.given_name} filled in on paper"
    if voice == voicing.PATIENT and frame.whose(patient):
        return f"Write down what {patient.given_name} says"
    return BEGIN[voice]


def when_due(patient: AdmittedPatient, code: str) -> str | None:
    """When the next is due, in a sentence."""
    due = dues.next_due(patient, code)
    if due is None or patient.ended_at is not None:
        return None
    today = clock.today(patient.zone)
    day = moments.day(due.due_on, today)
    return f"The next rating was due {day}." if due.due_on < today else f"The next rating is due {day}."


def _drawn(found: Sequence[Shown]) -> list[Shown]:
    """What was chosen; else the newest of the patient's own, their first, and the newest of the team."""
    asked = set(request.args.getlist(CHOSEN))
    if asked:
        return [one for one in found if str(one.row.id) in asked][: wheels.MOST]
    own = [one for one in found if one.row.voice in voicing.ANSWERS]
    team = [one for one in found if one.row.voice == voicing.TEAM]
    return alike([*own[:1], *own[1:][-1:], *team[:1]])


def alike(found: Sequence[Shown]) -> list[Shown]:
    """Those of the same scale as the first: no others can be drawn with it."""
    return [one for one in found if _scale(one) == _scale(found[0])]


def _scale(one: Shown) -> tuple[int, int]:
    return one.instrument.lowest, one.instrument.highest


def wheel(patient: AdmittedPatient, one: Instrument, drawn: Sequence[Shown]) -> dict[str, Any]:
    """The chart of these, with how far the first voice among them has come."""
    voice = next((each for each in VOICES if each in {shown.row.voice for shown in drawn}), voicing.PATIENT)
    far = showing.travelled(patient, g.role, drawn[0].row.code, voice)
    lines = [wheels.Shown(label(patient, each), each.scores) for each in drawn]
    return wheels.shown(drawn[0].instrument, lines, far.distance, one.name)


def label(patient: AdmittedPatient, one: Shown) -> str:
    """Whose view it is, and of which day."""
    return f"{_voice(patient, one.row.voice)}, {_day(patient, one.row.rated_at)}"


def _voice(patient: AdmittedPatient, voice: str) -> str:
    return THEIRS[voice].format(patient=patient.given_name) if frame.whose(patient) else OWN[voice]


def _day(patient: AdmittedPatient, at: datetime) -> str:
    return moments.day(at.astimezone(patient.zone).date(), clock.today(patient.zone))


def _choice(patient: AdmittedPatient, name: str, one: Shown, drawn: Collection[Shown]) -> dict[str, Any]:
    may_correct = looking.may(Permission.CORRECT_RATINGS) and voicing.may_give(
        g.role, one.row.voice, on_paper=one.row.channel == voicing.PAPER
    )
    ids: dict[str, Any] = {"patient_id": patient.id, "rating_id": one.row.id}
    return {
        "id": str(one.row.id),
        "label": label(patient, one),
        "by": f"written down by {one.rated_by_name}" if _is_proxy(patient, one.row) else None,
        "mean": one.mean,
        "checked": one in drawn,
        "corrected": one.reason if one.row.corrects_id else None,
        "correct_href": url_for(f"{name}.correct", **ids) if may_correct and patient.ended_at is None else None,
    }


def _is_proxy(patient: AdmittedPatient, row: Rating) -> bool:
    """Did somebody else write down what the patient said?"""
    return row.voice == voicing.PATIENT and row.rated_by != patient.person_id


def seen_apart(patient: AdmittedPatient, one: Instrument, side: showing.SideBySide) -> list[dict[str, Any]]:
    """Where the patient and the team see an area differently, the widest apart first."""
    by_width = sorted(side.apart.items(), key=lambda each: -abs(each[1][0] - each[1][1]))
    names = {area.code: area.name for area in one.areas}
    return [{"name": names.get(area, area), "patient": mine, "team": theirs} for area, (mine, theirs) in by_width]


def _words(patient: AdmittedPatient, side: showing.SideBySide) -> list[dict[str, Any]]:
    """What was written beside the newest ratings."""
    return [
        {"label": label(patient, one), "notes": [(each.area.name, each.note) for each in one.areas if each.note]}
        for one in side.voices.values()
        if any(each.note for each in one.areas)
    ]
