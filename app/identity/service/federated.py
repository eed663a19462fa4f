"""Sign in with NHS login, and staff with their employer's account.

A step here is a transaction of its own or none: nothing is asked of a provider while one is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update

from app.core import audit, clock, limits, sealed
from app.core.db import db
from app.core.errors import DomainError
from app.core.logs import log
from app.identity import nhs_identity, oidc, queries, tokens
from app.identity.models import LinkedLogin, LoginAttempt, Person
from app.identity.nhs_identity import NhsIdentity, Traced
from app.identity.oidc import Client, Told, Visit
from app.identity.service import beginning, codes, noting, sessions

NHS_LOGIN: Final = "nhs_login"
LEFT: Final = 100  # who came to nothing, of one address in a quarter of an hour
LASTS, QUARTER, DAY = timedelta(minutes=10), timedelta(minutes=15), timedelta(days=1)
STALE = "This was not begun in this browser, was used before, or took more than ten minutes. Please begin again."
AWAY = "It does not answer just now. Please try again in a few minutes, or sign in another way."
NOT_BELIEVED = "What came back did not fit what we asked for, so nobody was signed in. Please begin again."
CLOSED = "This account is closed or locked. Your team can tell you more."
UNKNOWN = "No account here belongs to this work account. Ask your team lead or administrator to check your e-mail."

Trace = Callable[[NhsIdentity], Traced]


class LoginRefused(DomainError):
    """Signing in with another provider came to nothing; the message says what to do."""

    slug, title = "login-refused", "Signing in did not work"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A session begun: the secret of its cookie, and what has to be said before going on."""

    secret: str
    level: str | None = None
    has_no_record: bool = False


def leave(client: Client, back: str, least: str | None, address: str) -> tuple[str, str]:
    """Begin to sign in elsewhere; returns where to send the browser and the secret that its cookie keeps."""
    limits.spend(_left(address), allowed=LEFT, per=QUARTER)
    visit, now = Visit(tokens.new_secret(), tokens.new_secret()), clock.now()
    asked = {"vtr": nhs_identity.asked_for(least)} if least else {}
    if client.provider.second_factor:  # to count, it has to be shown now, not found in a session that runs there
        asked["max_age"] = "0"
    try:
        there = client.address(visit, now, **asked)
    except oidc.Away as away:
        raise _refused(client, AWAY, str(away)) from None
    attempt = LoginAttempt(provider=client.provider.name, wanted_level=least, back=back, expires_at=now + LASTS)
    attempt.state_hash, attempt.bound_to = tokens.hashed(visit.state), tokens.hashed(visit.secret)
    db.session.add(attempt)
    return there, visit.secret


def count_no_more(address: str) -> None:
    """Somebody has arrived: what is counted is who went away and came to nothing, as a ward is one address."""
    limits.give_back(_left(address))


def _left(address: str) -> str:
    return f"login elsewhere {address}"


def come_back(client: Client, visit: Visit) -> LoginAttempt:
    """The attempt that ends here, used up whatever comes of it; raises LoginRefused where there is none."""
    mine = (LoginAttempt.provider == client.provider.name, LoginAttempt.state_hash == tokens.hashed(visit.state))
    still = (LoginAttempt.used_at.is_(None), LoginAttempt.expires_at > clock.now())
    this = update(LoginAttempt).where(*mine, *still, LoginAttempt.bound_to == tokens.hashed(visit.secret))
    attempt: LoginAttempt | None = db.session.scalar(this.values(used_at=clock.now()).returning(LoginAttempt))
    if attempt is None:
        raise LoginRefused(STALE)
    return attempt


def told(client: Client, code: str, visit: Visit) -> Told:
    """Who it is, asked of the provider with no transaction open; raises LoginRefused."""
    try:
        return client.told(code, visit, clock.now())
    except oidc.Away as away:
        raise _refused(client, AWAY, str(away)) from None
    except oidc.NotBelieved as reason:
        raise _refused(client, NOT_BELIEVED, str(reason)) from None


def arrive_by_nhs_login(client: Client, told: Told, least: str, label: str, trace: Trace) -> Arrival:
    """Begin a session of whoever this NHS login belongs to.

    It is linked to an existing person once, when it is proven (P9) and the number it traced, the date of birth and the
    family name are all those of one person's record; never by e-mail. Until then it is an account of its own, without
    any record.
    """
    level = nhs_identity.level_of(told.signed, least)
    if level is None:
        raise _refused(client, NOT_BELIEVED, "vector of trust")
    link, who = _link(NHS_LOGIN, told.subject), nhs_identity.identity_of(told.known)
    traced = trace(who) if level == nhs_identity.PROVEN and (link is None or link.is_provisional) else Traced()
    if traced.person_id is not None and not _is_taken(NHS_LOGIN, traced.person_id):
        link = _settled(link, told.subject, traced.person_id)
        _note("link_nhs_login", link.person_id, traced)
    else:
        link = link or _linked(NHS_LOGIN, told.subject, _newcomer(who), is_provisional=True)
        _note(
            "refused link_nhs_login", link.person_id, traced
        )  # for the team to look into: nothing is merged in silence
    person = _admitted(link)
    secret = beginning.in_browser(person, label, method=NHS_LOGIN, identity_level=level)
    return Arrival(secret, level, has_no_record=link.is_provisional)


def arrive_by_sso(client: Client, told: Told, label: str) -> Arrival:
    """Begin a session of a member of staff; makes nobody known who is not.

    The first time they are found by an e-mail that the employer has verified, later by the account itself; each time
    they must hold a role. Whether a second factor was shown there counts only where a setting says how it is told, and
    from when the provider says that it was.
    """
    link = _link(client.provider.name, told.subject)
    person_id = link.person_id if link else _by_verified_email(told)
    if person_id is None or not queries.works_somewhere(person_id):
        raise _refused(client, UNKNOWN, "nobody known")
    if link is None:
        if _is_taken(client.provider.name, person_id):
            raise _refused(client, UNKNOWN, "another account is linked")
        link = _linked(client.provider.name, told.subject, queries.person(person_id))
        noting.note("link work account", person_id)
    shown_at = _second_factor_at(client, told)
    how = {"method": "sso", "second_factor": shown_at is not None, "shown_at": shown_at}
    return Arrival(beginning.in_browser(_admitted(link), label, **how))


def forget_old() -> None:
    """Delete what nobody can come back to any more."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.expires_at < clock.now() - DAY))


def _link(provider: str, subject: str) -> LinkedLogin | None:
    one = select(LinkedLogin).where(LinkedLogin.provider == provider, LinkedLogin.subject_index == _index(subject))
    return db.session.scalar(one.with_for_update())


def _index(subject: str) -> bytes:
    return sealed.index(subject, "linked_login.subject")


def _linked(provider: str, subject: str, person: Person, *, is_provisional: bool = False) -> LinkedLogin:
    link = LinkedLogin(provider=provider, subject_index=_index(subject), person_id=person.id, last_used_at=clock.now())
    link.is_provisional = is_provisional
    db.session.add(link)
    db.session.flush()
    return link


def _newcomer(who: NhsIdentity) -> Person:
    """Somebody who has come by NHS login and is not known otherwise: their name and nothing else."""
    person = Person(given_name=who.given_name or "NHS login", family_name=who.family_name or "account")
    db.session.add(person)
    db.session.flush()
    return person


def _settled(link: LinkedLogin | None, subject: str, person_id: UUID) -> LinkedLogin:
    """Link a proven NHS login to the person of the record; whoever was made for it before can do nothing more."""
    if link is None:
        return _linked(NHS_LOGIN, subject, queries.person(person_id))
    newcomer = queries.person(link.person_id)
    sessions.sign_out_everywhere(newcomer.id)
    newcomer.is_active = False
    link.person_id, link.is_provisional = person_id, False
    db.session.flush()
    return link


def _note(what: str, person_id: UUID, traced: Traced) -> None:
    """Write it into the audit of each record that was traced."""
    for organisation_id, patient_id in traced.records:
        entry = audit.Entry(
            role="self",
            action=what,
            organisation_id=organisation_id,
            patient_id=patient_id,
            actor_id=person_id,
            subject_id=person_id,
            request_id=audit.request_id(),
        )
        audit.note(entry)


def _is_taken(provider: str, person_id: UUID) -> bool:
    """Does somebody sign in as this person with another account of the same provider?"""
    other = select(LinkedLogin.id).where(LinkedLogin.provider == provider, LinkedLogin.person_id == person_id)
    return db.session.scalar(other) is not None


def _admitted(link: LinkedLogin) -> Person:
    person = queries.person(link.person_id)
    if not codes.may_sign_in(person):
        raise LoginRefused(CLOSED)
    link.last_used_at = clock.now()
    return person


def _by_verified_email(told: Told) -> UUID | None:
    email, is_verified = told.known.get("email"), _says_verified(told)
    person = queries.person_by_contact(email) if is_verified and isinstance(email, str) and "@" in email else None
    return person.id if person else None


def _says_verified(told: Told) -> bool:
    # Entra ID says it in a claim of its own, when it is asked to: the owner of the domain is the tenant.
    said = (told.known.get("email_verified"), told.signed.get("xms_edov"))
    return any(one is True or str(one).lower() in ("1", "true") for one in said)


def _second_factor_at(client: Client, told: Told) -> datetime | None:
    """When a second factor was shown there; None where that is not said, or longer ago than coming here takes."""
    listed = client.provider.second_factor & _ways(told.signed)
    return oidc.signed_in_at(told.signed, clock.now(), LASTS) if listed else None


def _ways(signed: Mapping[str, Any]) -> set[str]:
    """How somebody signed in there, as the token says."""
    methods, context = signed.get("amr"), signed.get("acr")
    return {one for one in [*(methods if isinstance(methods, list) else []), context] if isinstance(one, str)}


def _refused(client: Client, detail: str, reason: str) -> LoginRefused:
    log.warning("sign-in elsewhere refused", channel=client.provider.name, reason=reason)
    return LoginRefused(f"{client.provider.called}: {detail[:1].lower()}{detail[1:]}" if detail == AWAY else detail)
