"""The feed over the API: read it, write into it, answer, react, report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, g

from app.access import guards
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page
from app.messages import viewing
from app.messages.feed_box import Box
from app.messages.feed_entering import NewPost
from app.messages.queries import feed as queries
from app.messages.queries.shown import Shown
from app.messages.schemas import feed as schemas
from app.messages.service import changing, feed_hiding, feed_seeing, posting, reacting, reporting
from app.messages.viewing import Viewer
from app.patients.admission import AdmittedPatient
from app.patients.by import By

routes = Routes("feed", __name__, url_prefix="/api/patients/<uuid:patient_id>/feed", description="Feed")
SEE, WRITE = guards.on_patient(Permission.SEE_FEED), guards.on_patient(Permission.WRITE_POSTS)
HIDE = guards.on_patient(Permission.HIDE_POSTS)
ONE = "/<uuid:post_id>"


def viewer() -> Viewer:
    """Who calls, as the guard let them in; a preview writes nothing down."""
    by = By(guards.caller().person_id, g.role)
    return viewing.viewer(by, g.standing, g.get("looker"))


def writer() -> Viewer:
    """The same where somebody writes; they are answered with what they wrote, and nothing else."""
    return viewing.writer(By(guards.caller().person_id, g.role), g.standing)


@routes.get("", access=SEE, query=schemas.FeedQuery(), gives={200: schemas.Posts})
def feed(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Shown]:
    """Posts newest first; from now on the caller has seen them."""
    return feed_seeing.page(patient, viewer(), pages.position(query["cursor"]), query["limit"])


@routes.post("", access=WRITE, keyed=False, takes=schemas.NewPostSchema(), gives={201: schemas.Post},
             body_limit=schemas.BODY_LIMIT)  # fmt: skip
def post(patient: AdmittedPatient, body: NewPost) -> Shown:
    """Write a post; sent again it is the same one."""
    known = writer()
    return feed_seeing.one(patient, known, posting.post(patient, body, known.by))


@routes.get("/unread", access=SEE, gives={200: schemas.FeedUnread})
def unread(patient: AdmittedPatient) -> dict[str, int]:
    """How much the caller was not shown yet."""
    return {"unread": queries.unread(patient, viewer())}


@routes.get("/box", access=WRITE, gives={200: schemas.FeedBox})
def box(patient: AdmittedPatient) -> Box:
    """Whether the caller can write, and who would read it."""
    return posting.box(patient, guards.caller().person_id)


@routes.get(ONE, access=SEE, gives={200: schemas.Post})
def one(patient: AdmittedPatient, post_id: UUID) -> Shown:
    """A post or a comment by itself."""
    return feed_seeing.one(patient, viewer(), post_id)


@routes.patch(ONE, access=WRITE, takes=schemas.PostChange(), gives={200: schemas.Post})
def change(patient: AdmittedPatient, post_id: UUID, version: int, body: dict[str, str]) -> Shown:
    """Let a post of one's own say something else; what it said before is kept."""
    known = writer()
    changing.change(patient, post_id, version, body["text"], known)
    return feed_seeing.one(patient, known, post_id)


@routes.delete(ONE, access=WRITE, gives={204: None})
def take_away(patient: AdmittedPatient, post_id: UUID) -> None:
    """Take a post of one's own away; that it was there stays."""
    changing.take_away(patient, post_id, writer())


@routes.post(f"{ONE}/hiding", access=HIDE, keyed=False, gives={204: None})
def hide(patient: AdmittedPatient, post_id: UUID) -> None:
    """Keep a post from the circle, with all that is below it."""
    feed_hiding.hide(patient, post_id, viewer())


@routes.delete(f"{ONE}/hiding", access=HIDE, gives={204: None})
def show(patient: AdmittedPatient, post_id: UUID) -> None:
    """Show it to the circle again."""
    feed_hiding.show(patient, post_id, viewer())


@routes.get(f"{ONE}/photo", access=SEE, file="image/jpeg")
def photo(patient: AdmittedPatient, post_id: UUID) -> Response:
    """The photo of a post."""
    headers = {"Content-Disposition": 'inline; filename="photo.jpg"', "Cache-Control": "no-store"}
    return Response(queries.photo(patient, viewer(), post_id), mimetype="image/jpeg", headers=headers)


@routes.get(f"{ONE}/comments", access=SEE, query=schemas.FeedQuery(), gives={200: schemas.Comments})
def comments(patient: AdmittedPatient, post_id: UUID, query: dict[str, Any]) -> Page[Shown]:
    """What was said below a post, newest first."""
    after = pages.position(query["cursor"])
    return feed_seeing.opened(patient, viewer(), post_id, after, query["limit"]).comments


@routes.post(
    f"{ONE}/comments", access=WRITE, keyed=False, takes=schemas.NewCommentSchema(), gives={201: schemas.PostComment}
)
def comment(patient: AdmittedPatient, post_id: UUID, body: NewPost) -> Shown:
    """Say something below a post; sent again it is the same."""
    known = writer()
    return feed_seeing.one(patient, known, posting.comment(patient, post_id, body, known))


@routes.get(f"{ONE}/seen-by", access=SEE, gives={200: schemas.PostSeenBy})
def seen_by(patient: AdmittedPatient, post_id: UUID) -> dict[str, Any]:
    """To whom a post was shown."""
    return {"items": queries.seen_by(patient, viewer(), post_id)}


@routes.get(f"{ONE}/reactions", access=SEE, gives={200: schemas.PostAllFelt})
def felt(patient: AdmittedPatient, post_id: UUID) -> dict[str, Any]:
    """Who feels how about a post."""
    return {"items": queries.felt(patient, viewer(), post_id)}


@routes.put(f"{ONE}/reaction", access=WRITE, takes=schemas.NewPostReaction(), gives={204: None})
def react(patient: AdmittedPatient, post_id: UUID, body: dict[str, str]) -> None:
    """Feel like this about a post, instead of what one felt before."""
    reacting.react(patient, post_id, body["kind"], writer())


@routes.delete(f"{ONE}/reaction", access=WRITE, gives={204: None})
def take_back(patient: AdmittedPatient, post_id: UUID) -> None:
    """Take one's reaction back."""
    reacting.take_back(patient, post_id, writer())


@routes.get(f"{ONE}/before", access=SEE, gives={200: schemas.PostAllBefore})
def before(patient: AdmittedPatient, post_id: UUID) -> dict[str, Any]:
    """What a post said before it was changed or taken away, for its author and the team."""
    return {"items": queries.before(patient, viewer(), post_id)}


@routes.post(f"{ONE}/report", access=SEE, keyed=False, takes=schemas.NewPostReport(), gives={204: None})
def report(patient: AdmittedPatient, post_id: UUID, body: dict[str, str]) -> None:
    """Tell the coordinator in private that a post is not right; its author never learns of it."""
    reporting.report(patient, post_id, body["reason"], viewer())


@routes.get(f"{ONE}/reports", access=guards.on_patient(Permission.ANSWER_MESSAGES), gives={200: schemas.PostReports})
def reports(patient: AdmittedPatient, post_id: UUID) -> dict[str, Any]:
    """Who reported a post and why, for the team; not for whoever wrote it."""
    return {"items": queries.reports(patient, viewer(), post_id)}
