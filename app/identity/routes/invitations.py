"""Answer an invitation from the app: its code, the proof of the phone or e-mail, who has come."""

from __future__ import annotations

from typing import Any

from app.access import guards
from app.core import addresses
from app.core.http import Routes
from app.identity import queries
from app.identity.models import Person
from app.identity.schemas import invitations
from app.identity.service import joining

routes = Routes("joining", __name__, url_prefix="/api/join", description="Answering an invitation")


def _signed_in() -> Person | None:
    caller = guards.whoever()
    return None if caller is None or caller.is_half_signed_in else queries.person(caller.person_id)


@routes.post("", access=guards.public, keyed=False, takes=invitations.TypedCode(), gives={200: invitations.Opened})
def type_code(body: dict[str, str]) -> dict[str, Any]:
    """Open an invitation with its code. A code that is wrong, used, too old or taken back is answered alike."""
    secret = joining.type_code(body["code"], addresses.of_caller(), _signed_in())
    return {"secret": secret, "invitation": joining.seen(secret)}


@routes.post("/proof", access=guards.public, keyed=False, takes=invitations.OpenedBy(), gives={204: None})
def send_proof(body: dict[str, str]) -> None:
    """Send six digits to the phone or e-mail that was invited."""
    joining.send_proof(body["secret"])


@routes.post(
    "/proof/typed", access=guards.public, keyed=False, takes=invitations.Proof(), gives={200: invitations.Joining}
)
def prove(body: dict[str, str]) -> joining.Joining:
    """Show that the phone or e-mail is one's own."""
    joining.prove(body["secret"], body["code"])
    return joining.seen(body["secret"])


@routes.post("/accept", access=guards.public, keyed=False, takes=invitations.Acceptance(), gives={204: None})
def accept(body: dict[str, Any]) -> None:
    """Say who has come; whoever invited them confirms it before anything opens."""
    joining.accept(**body, me=_signed_in())
