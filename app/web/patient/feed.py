"""The feed of a circle: posts with their comments, for the patient, the circle and the team alike."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response, redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Forbidden, Invalid, PreconditionFailed, TooMany
from app.core.http import Pages
from app.messages.queries import feed as queries
from app.messages.service import changing, feed_hiding, posting, reacting, reporting
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import feed_gathering as gathering
from app.web.patient import feed_typed as typed
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("my_feed", __name__, url_prefix="/my/<uuid:patient_id>/feed")
SEE, WRITE = guards.on_patient(Permission.SEE_FEED), guards.on_patient(Permission.WRITE_POSTS)
ONE: Final = "/<uuid:post_id>"
REFUSED: Final = (Conflict, Forbidden, Invalid, PreconditionFailed, TooMany)


@pages.get("", access=SEE)
def feed(patient: AdmittedPatient) -> str:
    """Posts, newest first."""
    context = gathering.for_feed(patient, request.args.get("cursor"), request.args.get("said", ""))
    return frame.for_patient("patient/feed/feed.html", patient, "feed", **context)


@pages.get("/new", access=WRITE)
def new(patient: AdmittedPatient) -> str:
    """The box to write in."""
    return _new(patient)


@pages.post("/new", access=WRITE, body_limit=typed.BODY_LIMIT)
def write(patient: AdmittedPatient) -> Any:
    """Write a post, with a photo or without."""
    try:
        posting.post(patient, typed.post(request.form, request.files.get("photo")), gathering.writer().by)
    except REFUSED as refused:
        return _new(patient, Shown.refused(request.form, refused)), refused.status
    return redirect(url_for("my_feed.feed", patient_id=patient.id, said="written"), 303)


@pages.get(ONE, access=SEE)
def post(patient: AdmittedPatient, post_id: UUID) -> str:
    """One post with what was said below it."""
    return _post(patient, post_id)


@pages.post(f"{ONE}/hiding", access=guards.on_patient(Permission.HIDE_POSTS))
def hide(patient: AdmittedPatient, post_id: UUID) -> Any:
    """Keep this post from the circle, or show it again."""
    is_shown = request.form.get("show") == "yes"
    (feed_hiding.show if is_shown else feed_hiding.hide)(patient, post_id, gathering.viewer())
    return _to(patient, post_id, "shown" if is_shown else "hidden")


@pages.get(f"{ONE}/photo", access=SEE)
def photo(patient: AdmittedPatient, post_id: UUID) -> Response:
    """The photo of a post."""
    headers = {"Content-Disposition": 'inline; filename="photo.jpg"', "Cache-Control": "no-store"}
    return Response(queries.photo(patient, gathering.viewer(), post_id), mimetype="image/jpeg", headers=headers)


@pages.post(f"{ONE}/comments", access=WRITE)
def comment(patient: AdmittedPatient, post_id: UUID) -> Any:
    """Say something below a post."""
    try:
        posting.comment(patient, post_id, typed.comment(request.form), gathering.writer())
    except REFUSED as refused:
        return _post(patient, post_id, Shown.refused(request.form, refused)), refused.status
    return _to(patient, post_id, "written")


@pages.post(f"{ONE}/reaction", access=WRITE)
def react(patient: AdmittedPatient, post_id: UUID) -> Any:
    """Feel like this about a post, or take it back."""
    try:
        if kind := typed.reaction(request.form):
            reacting.react(patient, post_id, kind, gathering.writer())
        else:
            reacting.take_back(patient, post_id, gathering.writer())
    except REFUSED as refused:
        return _post(patient, post_id, Shown.refused({}, refused)), refused.status
    return _to(patient, post_id)


@pages.get(f"{ONE}/change", access=WRITE)
def change(patient: AdmittedPatient, post_id: UUID) -> str:
    """What it says, to be changed."""
    return _change(patient, post_id)


@pages.post(f"{ONE}/change", access=WRITE)
def change_now(patient: AdmittedPatient, post_id: UUID) -> Any:
    """Let it say something else."""
    try:
        version, text = typed.change(request.form)
        changing.change(patient, post_id, version, text, gathering.writer())
    except REFUSED as refused:
        return _change(patient, post_id, Shown.refused(request.form, refused)), refused.status
    return _to(patient, post_id, "changed")


@pages.get(f"{ONE}/take-away", access=WRITE)
def take_away(patient: AdmittedPatient, post_id: UUID) -> str:
    """What taking it away changes, before it is done."""
    return _take_away(patient, post_id)


@pages.post(f"{ONE}/take-away", access=WRITE)
def take_away_now(patient: AdmittedPatient, post_id: UUID) -> Any:
    """Take it away."""
    try:
        changing.take_away(patient, post_id, gathering.writer())
    except REFUSED as refused:
        return _take_away(patient, post_id, Shown.refused({}, refused)), refused.status
    return _to(patient, post_id, "gone")


@pages.get(f"{ONE}/report", access=SEE)
def report(patient: AdmittedPatient, post_id: UUID) -> str:
    """Why it is not right."""
    return _report(patient, post_id)


@pages.post(f"{ONE}/report", access=SEE)
def report_now(patient: AdmittedPatient, post_id: UUID) -> Any:
    """Tell the coordinator in private."""
    try:
        reporting.report(patient, post_id, typed.reason(request.form), gathering.viewer())
    except REFUSED as refused:
        return _report(patient, post_id, Shown.refused(request.form, refused)), refused.status
    return _to(patient, post_id, "reported")


@pages.get(f"{ONE}/before", access=SEE)
def before(patient: AdmittedPatient, post_id: UUID) -> str:
    """What it said before, for its author and the team."""
    context = gathering.for_before(patient, post_id)
    return frame.for_patient("patient/feed/before.html", patient, "feed", **context)


def _to(patient: AdmittedPatient, post_id: UUID, said: str | None = None) -> Any:
    return redirect(url_for("my_feed.post", patient_id=patient.id, post_id=post_id, said=said), 303)


def _new(patient: AdmittedPatient, shown: Shown = EMPTY) -> str:
    context = gathering.for_new(patient, shown)
    return frame.for_patient("patient/feed/new.html", patient, "feed", **context)


def _post(patient: AdmittedPatient, post_id: UUID, shown: Shown = EMPTY) -> str:
    cursor, said = request.args.get("cursor"), request.args.get("said", "")
    context = gathering.for_post(patient, post_id, cursor, shown, said)
    return frame.for_patient("patient/feed/post.html", patient, "feed", **context)


def _change(patient: AdmittedPatient, post_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_change(patient, post_id, shown)
    return frame.for_patient("patient/feed/change.html", patient, "feed", **context)


def _take_away(patient: AdmittedPatient, post_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_take_away(patient, post_id, shown)
    return frame.for_patient("patient/feed/take_away.html", patient, "feed", **context)


def _report(patient: AdmittedPatient, post_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_report(patient, post_id, shown)
    return frame.for_patient("patient/feed/report.html", patient, "feed", **context)
