"""Write down what was done about how somebody signs in; tell them where it may not have been they."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app import config
from app.access.permissions import Purpose
from app.core import audit
from app.core.logs import log
from app.identity import posting, queries
from app.identity.models import Person

WHERE = "/me/sign-in"


def note(
    what: str,
    person_id: UUID,
    by: UUID | None = None,
    organisation_id: UUID | None = None,
    *,
    role: str = "admin",
    patient_id: UUID | None = None,
    stands: bool = False,
) -> None:
    """Have it written into the audit; `by` is somebody else who did it in this `role`, and of whose record it is part.

    What `stands` is no try: it has happened even where the request is refused.
    """
    entry = audit.Entry(
        role=role if by else "self",
        action=what,
        organisation_id=organisation_id,
        patient_id=patient_id,
        actor_id=by or person_id,
        purpose=str(Purpose.SERVICE),
        subject_id=person_id,
        request_id=audit.request_id(),
        stands=stands,
    )
    audit.note(entry)


def tell(what: str, person_id: UUID) -> None:
    """The same, and loudly: somebody else may have done it in their name."""
    note(what, person_id, stands=True)
    log.warning("sign-in", reason=what, actor=str(person_id))
    message(person_id)


def by_operator(what: str, person_id: UUID) -> None:
    """Have written down what was done at the command line of the service, and tell the person."""
    audit.note(audit.Entry(role="operator", action=what, purpose=str(Purpose.SERVICE), subject_id=person_id))
    log.warning("sign-in", reason=what, subject=str(person_id))
    message(person_id)


def message(person_id: UUID) -> None:
    """Tell a person on their phone, else by e-mail, that something about how they sign in has changed."""
    variables = {"link": f"{config.current().public_url}{WHERE}"}
    send(queries.person(person_id), "sign_in_changed", variables, about_id=person_id)


def send(person: Person, template: str, variables: Mapping[str, str], about_id: UUID) -> None:
    """Have a template sent to where somebody is reached, their phone or else their e-mail; to nobody without either."""
    kind = "phone" if person.phone_index else "email" if person.email_index and posting.sends_emails() else None
    if kind is not None:
        posting.post(person.id, kind, template, variables, kind="message", about_id=about_id)
