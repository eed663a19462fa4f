"""What the pages of the feed are made from: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core import pages as paging
from app.core.errors import Conflict, Forbidden
from app.core.ids import new_id
from app.messages import viewing
from app.messages.queries import feed as queries
from app.messages.queries import visits
from app.messages.queries.shown import Shown
from app.messages.service import changing, feed_seeing, posting, reporting, visiting
from app.messages.viewing import Viewer
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import looking, moments
from app.web.patient import feed_words, sharing
from app.web.patient import sharing as forms

P = Permission
A_PAGE: Final = 10
COMMENTS: Final = 30
SAID: Final = {
    "written": "It is written, and those who can read it see it from now on.",
    "changed": "It is changed. What it said before is kept.",
    "gone": "It is taken away.",
    "hidden": "It is kept from the circle, with all that is below it.",
    "shown": "The circle sees it again, with all that is below it.",
    "reported": "The coordinator is told. Whoever wrote it is not told that you did.",
}


def viewer() -> Viewer:
    """Who looks, as the guard let them in; a preview writes nothing down."""
    by = By(guards.caller().person_id, g.role, "page")
    return viewing.viewer(by, g.standing, g.get("looker"))


def writer() -> Viewer:
    """The same where somebody writes."""
    return viewing.writer(By(guards.caller().person_id, g.role, "page"), g.standing)


def for_feed(patient: AdmittedPatient, cursor: str | None, said: str) -> dict[str, Any]:
    """A page of posts, newest first."""
    found = feed_seeing.page(patient, viewer(), paging.position(cursor), A_PAGE)
    now, zone = clock.now(), patient.zone
    return {
        "title": title(patient),
        "said": SAID.get(said),
        "posts": [feed_words.post(patient.id, one, now, zone) for one in found.items],
        **_box(patient),
        "write_href": url_for("my_feed.new", patient_id=patient.id) if looking.may(P.WRITE_POSTS) else None,
        "older_href": url_for("my_feed.feed", patient_id=patient.id, cursor=found.next) if found.next else None,
        "newest_href": url_for("my_feed.feed", patient_id=patient.id) if cursor else None,
    }


def title(patient: AdmittedPatient) -> str:
    """ "News of your circle"."""
    return f"News of {sharing.whose(patient)} circle"


def for_new(patient: AdmittedPatient, shown: forms.Shown) -> dict[str, Any]:
    """The box for something new; its id makes of a form sent twice one post."""
    return {
        "title": f"Write in {sharing.whose(patient)} circle",
        **_box(patient),
        **_typed(shown, "text", "words"),
        "action": url_for("my_feed.write", patient_id=patient.id),
        "back_href": url_for("my_feed.feed", patient_id=patient.id),
    }


def for_post(
    patient: AdmittedPatient, post_id: UUID, cursor: str | None, shown: forms.Shown, said: str = ""
) -> dict[str, Any]:
    """One post with what was said below it, and what can be done with it. Raises NotFound."""
    who, now, zone = viewer(), clock.now(), patient.zone
    found = feed_seeing.opened(patient, who, post_id, paging.position(cursor), COMMENTS)
    one, here = found.post, _place(patient, post_id)
    below = [feed_words.comment(patient.id, each, now, zone) for each in found.comments.items]
    seen, felt = queries.seen_by(patient, who, post_id), queries.felt(patient, who, post_id)
    parent = url_for("my_feed.post", patient_id=patient.id, post_id=one.parent_id) if one.parent_id else None
    return {
        "title": f"{one.author.name if one.author else 'Kith'} wrote",
        "said": SAID.get(said),
        "post": feed_words.comment(patient.id, one, now, zone),
        "comments": below[::-1],
        "earlier_href": url_for("my_feed.post", **here, cursor=found.comments.next) if found.comments.next else None,
        **_box(patient, is_kept=one.hidden_from_circle),
        **_typed(shown, "text"),
        "may_write": looking.may(P.WRITE_POSTS),
        "comment_url": url_for("my_feed.comment", **here) if not (one.parent_id or one.taken_away_at) else None,
        "react_url": url_for("my_feed.react", **here) if not one.taken_away_at else None,
        "signs": [{"kind": kind, "text": text, "mine": kind == one.my_reaction} for kind, text in _SIGNS],
        "felt": [f"{each.who.name} ({each.who.said}): {feed_words.SIGNS[each.kind]}" for each in felt],
        "seen_by": [f"{each.name}, {each.said}" for each in seen],
        "back_href": parent or url_for("my_feed.feed", patient_id=patient.id),
        "hiding": _hiding(patient, one, here),
        **_ways(who, one, here),
        **_for_staff(patient, who, one),
    }


_SIGNS: Final = tuple(feed_words.SIGNS.items())


def for_change(patient: AdmittedPatient, post_id: UUID, shown: forms.Shown) -> dict[str, Any]:
    """What it says, to be changed. Raises NotFound and Forbidden."""
    one = _own(patient, post_id)
    return {
        "title": "Change what you wrote",
        "post": feed_words.comment(patient.id, one, clock.now(), patient.zone),
        **_box(patient),
        **_typed(shown, "text"),
        "text": shown.get("text") if "text" in shown.typed else one.text,
        "version": one.version,
        **_of(patient, post_id, "my_feed.change_now"),
    }


def for_take_away(patient: AdmittedPatient, post_id: UUID, shown: forms.Shown) -> dict[str, Any]:
    """A post of one's own that is to be taken away. Raises NotFound and Forbidden."""
    return _one(patient, _own(patient, post_id), shown, "my_feed.take_away_now")


def for_report(patient: AdmittedPatient, post_id: UUID, shown: forms.Shown) -> dict[str, Any]:
    """A post that is to be reported. Raises NotFound, and Conflict for one's own."""
    one = feed_seeing.one(patient, viewer(), post_id)
    if one.is_mine:
        raise Conflict(reporting.OWN)
    return _one(patient, one, shown, "my_feed.report_now")


def for_before(patient: AdmittedPatient, post_id: UUID) -> dict[str, Any]:
    """What it said before. Raises NotFound and Forbidden."""
    now, zone = clock.now(), patient.zone
    found = queries.before(patient, viewer(), post_id)
    return {
        "versions": [{"text": one.text, "until": moments.moment(one.until, now, zone)} for one in found],
        "back_href": url_for("my_feed.post", patient_id=patient.id, post_id=post_id),
    }


def part(patient: AdmittedPatient) -> dict[str, Any] | None:
    """The feed on a patient's page of the console, for whoever may see it."""
    if not looking.may(P.SEE_FEED):
        return None
    unread = queries.unread(patient, viewer())
    many = f"{unread} or more" if unread >= queries.MOST_UNREAD else str(unread)
    return {"href": url_for("my_feed.feed", patient_id=patient.id), "unread": f"{many} unread" if unread else None}


def _box(patient: AdmittedPatient, *, is_kept: bool = False) -> dict[str, Any]:
    box = posting.box(patient, guards.caller().person_id, is_kept=is_kept)
    return {"closed": box.closed, "readers": box.readers, "team": patient.team_name}


def _typed(shown: forms.Shown, *names: str) -> dict[str, Any]:
    kept = {name: shown.get(name) for name in names}
    return {**kept, "form_id": shown.get("id") or str(new_id()), **shown.context()}


def _own(patient: AdmittedPatient, post_id: UUID) -> Shown:
    one = feed_seeing.one(patient, writer(), post_id)
    if not one.is_mine:
        raise Forbidden(changing.NOT_YOURS)
    return one


def _one(patient: AdmittedPatient, one: Shown, shown: forms.Shown, action: str) -> dict[str, Any]:
    return {
        "post": feed_words.comment(patient.id, one, clock.now(), patient.zone),
        "coordinator": patient.coordinator_name,
        **_typed(shown, "reason"),
        **_of(patient, one.id, action),
    }


def _place(patient: AdmittedPatient, post_id: UUID) -> dict[str, Any]:
    return {"patient_id": patient.id, "post_id": post_id}


def _of(patient: AdmittedPatient, post_id: UUID, action: str) -> dict[str, Any]:
    here = _place(patient, post_id)
    return {"action": url_for(action, **here), "back_href": url_for("my_feed.post", **here)}


def _hiding(patient: AdmittedPatient, one: Shown, here: dict[str, Any]) -> dict[str, Any] | None:
    """Whether the circle sees it, for who can change that and, where it is kept, for who sees it all the same."""
    may = looking.may(P.HIDE_POSTS) and one.parent_id is None
    if not may and not one.hidden_from_circle:
        return None
    return {
        "is_hidden": one.hidden_from_circle,
        "whose": sharing.whose(patient),
        "circle": "my circle" if sharing.whose(patient) == "your" else "the circle",
        "team": patient.team_name,
        **_kept_visit(patient, one),
        "action": url_for("my_feed.hide", **here) if may else None,
    }


def _kept_visit(patient: AdmittedPatient, one: Shown) -> dict[str, Any]:
    """Whether it is about a visit that is kept itself: it is shown again there and not here."""
    is_kept = one.about == visiting.VISIT and one.about_id is not None and visits.is_kept(patient, one.about_id)
    href = url_for("my_visits.visit", patient_id=patient.id, visit_id=one.about_id) if is_kept else None
    return {"of_visit": is_kept, "visit_href": href if looking.may(P.SEE_VISITS) else None}


def _ways(who: Viewer, one: Shown, here: dict[str, Any]) -> dict[str, str | None]:
    """What can be done with a post: its author changes it or takes it away, others report it."""
    mine = one.is_mine and one.taken_away_at is None and looking.may(P.WRITE_POSTS)
    has_before = (one.changed_at or one.taken_away_at) and (one.is_mine or who.is_staff)
    return {
        "change_href": url_for("my_feed.change", **here) if mine else None,
        "take_away_href": url_for("my_feed.take_away", **here) if mine else None,
        "report_href": url_for("my_feed.report", **here) if not one.is_mine else None,
        "before_href": url_for("my_feed.before", **here) if has_before else None,
    }


def _for_staff(patient: AdmittedPatient, who: Viewer, one: Shown) -> dict[str, Any]:
    """Why a post was reported, for the team; never for whoever wrote it."""
    if one.is_mine or not looking.may(P.ANSWER_MESSAGES):
        return {"reports": []}
    found = queries.reports(patient, who, one.id)
    return {"reports": [{"who": f"{each.who.name}, {each.who.said}", "reason": each.reason} for each in found]}
