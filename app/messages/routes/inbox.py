"""The team inbox over the API: what waits, who has it, and what is done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.messages.queries import inbox, threads
from app.messages.queries.inbox import Waiting
from app.messages.queries.threads import TEAM, ListedThread
from app.messages.routes.threads import by
from app.messages.schemas import threads as schemas
from app.messages.service import claiming
from app.patients.admission import AdmittedPatient

routes = Routes("inbox", __name__, url_prefix="/api", description="The team inbox")
ANSWER = guards.on_patient(Permission.ANSWER_MESSAGES)
ONE = "/patients/<uuid:patient_id>/team-threads/<uuid:thread_id>"


@routes.get(
    "/inbox", access=guards.on_caseload(Permission.ANSWER_MESSAGES), query=PageQuery(), gives={200: schemas.Inbox}
)
def waits(caller: Caller, query: dict[str, Any]) -> Page[Waiting]:
    """What waits for an answer of the caller's teams, longest first, whoever has taken it."""
    rows = inbox.waiting_threads(caller, pages.position(query["cursor"]), query["limit"])
    page = pages.page(rows, query["limit"], inbox.position_of)
    inbox.note_look(caller, page.items)
    return page


@routes.post(f"{ONE}/claim", access=ANSWER, keyed=False, gives={200: schemas.Thread})
def claim(patient: AdmittedPatient, thread_id: UUID) -> ListedThread:
    """Take it; 409 names who has it already."""
    claiming.claim(patient, thread_id, by())
    return threads.thread(patient, TEAM, thread_id, by())


@routes.post(f"{ONE}/pass-on", access=ANSWER, keyed=False, takes=schemas.ThreadPassingOn(), gives={200: schemas.Thread})
def pass_on(patient: AdmittedPatient, thread_id: UUID, body: dict[str, Any]) -> ListedThread:
    """Give it to a colleague, with a note for them."""
    claiming.pass_on(patient, thread_id, body["to_id"], body["note"], by())
    return threads.thread(patient, TEAM, thread_id, by())


@routes.post(f"{ONE}/let-go", access=ANSWER, keyed=False, takes=schemas.ThreadLettingGo(), gives={200: schemas.Thread})
def let_go(patient: AdmittedPatient, thread_id: UUID, body: dict[str, Any]) -> ListedThread:
    """Put back what one has taken."""
    claiming.let_go(patient, thread_id, by(), body["note"])
    return threads.thread(patient, TEAM, thread_id, by())
