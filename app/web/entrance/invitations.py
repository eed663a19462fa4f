"""Answering an invitation: type its code, see who asks and as what, show that the phone or e-mail is yours, say who."""

from __future__ import annotations

from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for

from app.access import guards
from app.core import csrf
from app.core.errors import DomainError
from app.core.http import Pages
from app.identity import invitation_codes, queries
from app.identity.models import Person
from app.identity.service import joining
from app.identity.service.joining import Joining
from app.web.entrance import arriving

pages = Pages("join", __name__, url_prefix="/join")

COOKIE: Final = "joining"
# A field of the form for each pointer of the services.
_FIELDS: Final = ("code", "given_name", "family_name", "password")


@pages.get("", access=guards.public)
def start() -> str:
    """The form for the code; the link of an invitation leads here and holds nothing."""
    return _code_form()


@pages.post("", access=guards.public)
def start_now() -> Any:
    """Open an invitation; what does not fit is answered alike, whatever the reason."""
    try:
        secret = joining.type_code(request.form.get("code", "")[:40], arriving.address(), _me())
    except DomainError as refused:
        return _code_form(refused), refused.status, refused.headers
    return arriving.bind(_on("join.invitation"), COOKIE, secret, invitation_codes.LASTS)


@pages.get("/invitation", access=guards.public)
def invitation() -> Any:
    """Who asks and as what; then the way to accept."""
    return _invitation_page()


@pages.post("/proof", access=guards.public)
def send_proof() -> Any:
    """Send six digits to the phone or e-mail that was invited."""
    try:
        joining.send_proof(arriving.bound(COOKIE))
    except DomainError as refused:
        return _invitation_page(refused)
    return _on("join.proof")


@pages.get("/proof", access=guards.public)
def proof() -> Any:
    """The form for the six digits."""
    return _proof_form()


@pages.post("/proof/typed", access=guards.public)
def prove() -> Any:
    """Show that the phone or e-mail is one's own."""
    try:
        joining.prove(arriving.bound(COOKIE), request.form.get("code", "")[:20])
    except DomainError as refused:
        return _proof_form(refused)
    return _on("join.invitation")


@pages.post("/accept", access=guards.public)
def accept() -> Any:
    """Say who has come; whoever asked confirms it before anything opens."""
    said = {name: request.form.get(name, "")[:200] for name in _FIELDS[1:]}
    try:
        one = joining.seen(arriving.bound(COOKIE))
        joining.accept(arriving.bound(COOKIE), **said, me=_me())
    except DomainError as refused:
        return _invitation_page(refused, said)
    page = render_template("entrance/join_done.html", one=one, sign_in_url=url_for("entrance.sign_in"))
    return arriving.release(make_response(page), COOKIE)


def _code_form(refused: DomainError | None = None) -> str:
    return render_template(
        "entrance/join.html",
        action=url_for("join.start_now"),
        errors=[{"text": refused.detail, "href": "#code"}] if refused else [],
        csrf_token=csrf.token(),
    )


def _invitation_page(refused: DomainError | None = None, said: dict[str, str] | None = None) -> Any:
    try:
        one = joining.seen(arriving.bound(COOKIE))
    except DomainError as gone:
        return _code_form(gone if arriving.bound(COOKIE) else None), gone.status
    page = render_template(
        "entrance/join_invitation.html",
        one=one,
        as_what=_as_what(one),
        me=_me(),
        said=said or {},
        beside={_name(fault["pointer"]): fault["detail"] for fault in refused.errors} if refused else {},
        errors=_errors(refused),
        proof_action=url_for("join.send_proof"),
        accept_action=url_for("join.accept"),
        csrf_token=csrf.token(),
    )
    return (page, refused.status, refused.headers) if refused else page


def _proof_form(refused: DomainError | None = None) -> Any:
    try:
        one = joining.seen(arriving.bound(COOKIE))
    except DomainError as gone:
        return _code_form(gone if arriving.bound(COOKIE) else None), gone.status
    page = render_template(
        "entrance/join_proof.html",
        one=one,
        action=url_for("join.prove"),
        again_action=url_for("join.send_proof"),
        errors=[{"text": refused.detail, "href": "#code"}] if refused else [],
        csrf_token=csrf.token(),
    )
    return (page, refused.status, refused.headers) if refused else page


def _as_what(one: Joining) -> str:
    if one.is_circle:
        whose = "their circle" if one.inviter == one.into else f"{one.into}’s circle"
        return f"{one.inviter} invites you into {whose}, as: {one.relationship}."
    return f"{one.inviter} invites you to work in {one.into}, as: {one.role}."


def _errors(refused: DomainError | None) -> list[dict[str, str]]:
    if refused is None:
        return []
    beside = [{"text": one["detail"], "href": f"#{_name(one['pointer'])}"} for one in refused.errors]
    return beside or [{"text": refused.detail, "href": "#answer"}]


def _name(pointer: str) -> str:
    return pointer.removeprefix("/") if pointer.removeprefix("/") in _FIELDS else "answer"


def _me() -> Person | None:
    caller = guards.whoever()
    return None if caller is None or caller.is_half_signed_in else queries.person(caller.person_id)


def _on(endpoint: str) -> Any:
    return redirect(url_for(endpoint), 303)
