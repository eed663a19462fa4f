"""What the pages of a circle are made from: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from flask import url_for

from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock
from app.core import pages as paging
from app.core.errors import DomainError, NotFound
from app.patients import consents
from app.patients.admission import AdmittedPatient
from app.patients.queries import acting, consent, emergency, ending, sharing
from app.patients.queries.consent import Place
from app.patients.withdrawal import Effects
from app.web import frame, looking, moments, words
from app.web.circle import gathering as circle_pages
from app.web.patient import consent_words

P = Permission
HISTORY: Final = 50
SAID: Final = {
    "given": "It is given, from now on.",
    "ended": "It has ended, from now on.",
    "left": "They are out of the circle, from now on.",
    "changed": "It is changed. What was not kept has ended.",
    "acting": "It is recorded, and holds from now on.",
    "reviewed": "The review is recorded, and the next day is set.",
}
ASKED: Final = {
    "category": "Choose what this is about",
    "right": "Choose how far it goes",
    "ends_on": "Choose until when, a year ahead at most",
    "review_on": "Give a day, a year ahead at most",
    "scopes": "Tick at least one",
    "basis": "Choose on what ground",
    "member_id": "Choose somebody",
    "relationship": "Say in a word or two who they are",
    "note": "Say what was looked at",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it was sent, and what is wrong with it."""

    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def refused(typed: Mapping[str, Any], why: DomainError) -> Shown:
        """With a word beside each field; what concerns no field stands above."""
        errors = {one["pointer"].strip("/").split("/")[0]: one["detail"] for one in why.errors}
        said = {name: detail if detail == why.detail else ASKED.get(name, detail) for name, detail in errors.items()}
        return Shown(typed, said or {"": why.detail})

    def get(self, name: str) -> str:
        return str(self.typed.get(name, "")).strip()

    def context(self) -> dict[str, Any]:
        """For the page: the summary of errors, and each by its field."""
        listed = [{"text": text, "href": f"#{name}" if name else "#maincontent"} for name, text in self.errors.items()]
        return {"errors": listed, "error": self.errors}


EMPTY: Final = Shown()


def whose(patient: AdmittedPatient) -> str:
    """Whose it is, in the words of whoever reads."""
    return "your" if frame.whose(patient) is None else f"{patient.given_name}’s"


def here(patient: AdmittedPatient, said: str | None = None, member_id: UUID | None = None) -> str:
    """The overview, with a word of what was done, at a member."""
    anchor = f"member-{member_id}" if member_id else None
    return url_for("my_circle.circle", patient_id=patient.id, said=said, _anchor=anchor)


def tells(form: Mapping[str, str]) -> bool:
    """Is the member to hear of it? Only where that was chosen."""
    return form.get("tell") == "yes"


def overview(patient: AdmittedPatient) -> dict[str, Any]:
    """Everything about who sees what."""
    places, today, now = consent.circle(patient), clock.today(patient.zone), clock.now()
    acts = acting.acting(patient)
    agreed = [
        {"name": f"{one.team}, {one.organisation}", "until": moments.full(one.row.ends_on), "by": one.agreed_by}
        for one in sharing.agreements(patient)
    ]
    opened = [
        {"name": one.by.name, "until": moments.words(one.access.ends_at, now, patient.zone)}
        for one in emergency.of_patient(patient)
        if one.is_running
    ]
    return {
        "whose": whose(patient),
        "patient": patient.given_name,
        "team": patient.team_name,
        "near": near(patient),
        "people": [_person(patient, place) for place in places],
        "kinds": consent_words.by_kind(places),
        "columns": consent_words.COLUMNS,
        "not_shared": consent_words.kept_to_oneself(places),
        "acting": [_acting(patient, one, today) for one in acts],
        "agreed": agreed,
        "opened": opened,
        "can_change": looking.may(P.CHANGE_CIRCLE),
        **_ways_on(patient),
    }


def _ways_on(patient: AdmittedPatient) -> dict[str, str | None]:
    new, agree = looking.may(P.CHANGE_ACTING), looking.may(P.AGREE_SHARED_CARE)
    can_see_log, can_change = looking.may(P.SEE_ACCESS_LOG), looking.may(P.CHANGE_CIRCLE)
    return {
        "log_href": url_for("my_access_log.who_looked", patient_id=patient.id) if can_see_log else None,
        "invite_href": url_for("circle_invitations.invited", patient_id=patient.id) if can_change else None,
        "circles_href": url_for("circles.home") if frame.whose(patient) is None else None,
        "new_acting_href": url_for("my_acting.new", patient_id=patient.id) if new else None,
        "agree_href": url_for("sharing.agreements", patient_id=patient.id) if agree else None,
        "history_href": url_for("my_circle.history", patient_id=patient.id),
    }


def near(patient: AdmittedPatient) -> list[dict[str, str]]:
    """What ends in the next two weeks, each with where to keep it."""
    today, page = clock.today(patient.zone), here(patient)
    return [
        {
            "words": consent_words.near(one, today, whose(patient)),
            "href": f"{page}#member-{one.member_id}" if one.member_id else f"{page}#acting",
        }
        for one in ending.near(patient)
    ]


def _person(patient: AdmittedPatient, place: Place) -> dict[str, Any]:
    """A member with the ways to change what they may do."""
    ids: dict[str, Any] = {"patient_id": patient.id, "member_id": place.member.id}
    shown, can = consent_words.person(place), looking.may(P.CHANGE_CIRCLE)
    for row in shown["rows"] if can else ():
        row["change_href"] = url_for("my_granting.give", **ids, grant=row["id"])
        row["end_href"] = url_for("my_granting.end", **ids, grant_id=row["id"])
    sees = _first_page(patient, place) if looking.may(P.PREVIEW_MEMBER) else None
    return shown | {
        "give_href": url_for("my_granting.give", **ids) if can else None,
        "change_href": url_for("my_circle.change_member", **ids) if can and not shown["is_device"] else None,
        "end_href": url_for("my_circle.end_member", **ids) if can and not place.acts_for_patient else None,
        "see_as_href": sees,
    }


def _first_page(patient: AdmittedPatient, place: Place) -> str | None:
    """Where a member begins, seen as they see it; None for a device, and for whoever has no page yet."""
    granted = {consent.granted(one.grant) for one in place.grants}
    if place.member.role == Role.SERVICE:
        return None
    for what, (_, page) in circle_pages.PAGES.items():
        if what in granted:
            return url_for(page, patient_id=patient.id, see_as=place.member.id)
    return None


def _acting(patient: AdmittedPatient, one: acting.Acting, today: Any) -> dict[str, Any]:
    ids: dict[str, Any] = {"patient_id": patient.id, "acting_id": one.row.id}
    can = looking.may(P.CHANGE_ACTING)
    return consent_words.acting(one, patient.given_name, today) | {
        "review_href": url_for("my_acting.review", **ids) if can else None,
        "end_href": url_for("my_acting.end", **ids) if can else None,
    }


def history(patient: AdmittedPatient, cursor: str | None) -> dict[str, Any]:
    """What was given, to whom, by whom, and how it ended; newest first."""
    rows = ending.history(patient, paging.position(cursor), HISTORY)
    page = paging.page(rows, HISTORY, lambda row: (row.grant.created_at, row.grant.id))
    now = clock.now()
    next_ = url_for("my_circle.history", patient_id=patient.id, cursor=page.next) if page.next else None
    listed = [consent_words.past(one, now, patient.zone) for one in page.items]
    return {"rows": listed, "next_href": next_, "back_href": here(patient)}


def end_of_grant(patient: AdmittedPatient, member_id: UUID, grant_id: UUID) -> dict[str, Any]:
    """What is read before a grant is ended."""
    place = consent.place(patient, member_id)
    effects = ending.of_grant(patient, member_id, grant_id, whose(patient))
    what = next(consent_words.may(one) for one in place.grants if one.grant.id == grant_id)
    action = url_for("my_granting.end_now", patient_id=patient.id, member_id=member_id, grant_id=grant_id)
    return _end(patient, place, effects, f"End this for {place.person.given_name}: {words.lower(what)}?", action)


def end_of_member(patient: AdmittedPatient, member_id: UUID, shown: Shown) -> dict[str, Any]:
    """What is read before somebody is taken out of the circle."""
    place = consent.place(patient, member_id)
    effects = ending.of_member(patient, member_id, whose(patient))
    action = url_for("my_circle.end_member_now", patient_id=patient.id, member_id=member_id)
    title = f"Take {consent_words.first_name(place)} out of {whose(patient)} circle?"
    return _end(patient, place, effects, title, action) | shown.context()


def _end(patient: AdmittedPatient, place: Place, effects: Effects, title: str, action: str) -> dict[str, Any]:
    asks = None if place.member.role == Role.SERVICE else place.person.given_name
    return {"title": title, "effects": effects, "action": action, "tells": asks, "back_href": here(patient)}


def change_of(patient: AdmittedPatient, member_id: UUID, shown: Shown) -> dict[str, Any]:
    """The form of who somebody is, with each of their grants to be kept or not."""
    place = consent.place(patient, member_id)
    return {
        "name": place.person.given_name,
        "action": url_for("my_circle.change_member_now", patient_id=patient.id, member_id=member_id),
        "relationship": shown.get("relationship") or place.member.relationship,
        "role": shown.get("role") or place.member.role,
        "version": place.version,
        "grants": [{"value": str(one.grant.id), "text": consent_words.may(one)} for one in place.grants],
        "back_href": here(patient, member_id=member_id),
        **shown.context(),
    }


def begun(patient: AdmittedPatient, member_id: UUID, grant_id: str | None) -> Shown:
    """An empty form; or that of a grant which is to get another day."""
    if not grant_id:
        return EMPTY
    for one in consent.place(patient, member_id).grants:
        if str(one.grant.id) == grant_id:
            return Shown({"category": one.grant.category, "right": one.grant.right, "grant": grant_id})
    raise NotFound


def grant_typed(patient: AdmittedPatient, form: Mapping[str, str]) -> dict[str, Any]:
    """What was chosen, as the schema reads it."""
    chosen = {name: form.get(name, "") for name in ("category", "right")}
    chosen["ends_on"] = day(form, "ends_on")
    return chosen | {"wording_version": version(patient, form, "{category}.{right}".format(**chosen))}


def day(form: Mapping[str, str], name: str) -> str:
    """The day that was chosen: another that was typed, or one of those offered."""
    return form.get(name, "").strip() or form.get("until", "")


def version(patient: AdmittedPatient, form: Mapping[str, str], wording_id: str) -> int:
    """The version of the words that were read; before that, the one that is about to be shown."""
    read = form.get("wording_version", "")
    if read.isdecimal() and len(read) < 6:
        return int(read)
    return {one.id: one.version for one in consents.all_current(patient.language)}.get(wording_id, 0)


def give_form(patient: AdmittedPatient, member_id: UUID, shown: Shown) -> dict[str, Any]:
    """The form of something to give."""
    place = consent.place(patient, member_id)
    again = bool(shown.get("grant"))
    return {
        "name": consent_words.first_name(place),
        "whose": whose(patient),
        "action": url_for("my_granting.give_now", patient_id=patient.id, member_id=member_id),
        "categories": [{"value": str(one), "text": text} for one, text in consent_words.KINDS.items()],
        "rights": consent_words.rights(place.member.role == Role.SERVICE),
        "lengths": consent_words.lengths(clock.today(patient.zone)),
        "again": consent_words.what(shown.get("category"), shown.get("right")) if again else None,
        "typed": shown.typed,
        "to_read": None,
        "back_href": here(patient, member_id=member_id),
        **shown.context(),
    }


def to_read(patient: AdmittedPatient, member_id: UUID, body: Mapping[str, Any]) -> dict[str, Any]:
    """The words of what is to be given, to be read before it is."""
    place = consent.place(patient, member_id)
    said = next(
        one for one in consent.current_words(patient, place.person) if one.id == "{category}.{right}".format(**body)
    )
    hidden = {name: body[name] for name in ("category", "right")} | {"ends_on": body["ends_on"].isoformat()}
    return give_form(patient, member_id, Shown(hidden)) | {
        "to_read": {
            "text": said.text,
            "what": consent_words.what(body["category"], body["right"]),
            "until": moments.full(body["ends_on"]),
            "hidden": list((hidden | {"wording_version": said.version}).items()),
        }
    }
