"""Sign-in by password or passkey and sign-out, the start, short links, static files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, current_app, redirect, render_template, request, send_from_directory, url_for

from app.access import guards
from app.access.permissions import Permission
from app.alerts import queries as alerts
from app.core import csrf
from app.core.errors import TooMany, Unauthenticated
from app.core.http import Pages
from app.identity import service as identity
from app.identity.service import passkeys
from app.patients import queries as patients
from app.web import frame
from app.web.entrance import arriving, belonging, federated, returning, second_factor

pages = Pages("entrance", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
UNTIL_CHANGED = "public, no-cache"
SAID = {
    "out": "You have signed out.",
    "again": "To change how you sign in, sign in again first: it shows that it is you.",
}


@pages.get("/", access=guards.signed_in)
def home() -> Any:
    """Where the caller belongs; a plain page for whoever belongs nowhere yet."""
    identity.used(guards.caller().session_id)
    me = patients.me(guards.caller().person_id)
    if place := belonging.place(guards.caller(), me):
        return redirect(place, 303)
    return render_template("home.html")


@pages.get("/sign-in", access=guards.public)
def sign_in() -> str:
    """The form to sign in."""
    return _sign_in_form(returning.path(request.args.get("next")), notice=SAID.get(request.args.get("said", "")))


@pages.post("/sign-in", access=guards.public)
def sign_in_now() -> Any:
    """Sign in and go on to what was asked for; a new session each time, the one before ended."""
    identifier, back = request.form.get("identifier", "")[:200], returning.path(request.form.get("next"))
    try:
        device, address, marks = arriving.device(), arriving.address(), arriving.marks()
        secret = identity.sign_in_browser(identifier, _password(), device, address, marks)
    except (Unauthenticated, TooMany) as refused:
        return _sign_in_form(back, identifier, refused), refused.status, refused.headers
    arriving.end_former()
    return arriving.go_on(secret, back)


@pages.post("/sign-in/passkey", access=guards.public)
def sign_in_by_passkey() -> Any:
    """Sign in with a passkey, which is both factors at once."""
    back = returning.path(request.form.get("next"))
    try:
        shown, address = second_factor.credential(), arriving.address()
        secret = passkeys.sign_in_browser(csrf.token(), shown, arriving.device(), address)
    except Unauthenticated as refused:
        return _sign_in_form(back, refused=refused, at="#passkey"), refused.status, refused.headers
    arriving.end_former()
    return arriving.go_on(secret, back)


@pages.post("/sign-out", access=guards.any_sign_in)
def sign_out() -> Any:
    """End this session here and in the browser."""
    identity.sign_out(guards.caller().session_id)
    answer = redirect(url_for("entrance.sign_in", said="out"), 303)
    for name in arriving.of_visit():
        answer.delete_cookie(name, **csrf.cookie_rules())
    # Not "cookies", unless others use this browser too: the mark of a known one stays.
    everything = ', "cookies"' if arriving.is_shared() else ""
    answer.headers["Clear-Site-Data"] = f'"cache", "storage"{everything}'
    return answer


@pages.get("/a/<uuid:alert_id>", access=guards.signed_in)
def short_link(alert_id: UUID) -> Any:
    """The link of a text: on to the alert, for those whose team it is."""
    guards.reach_caseload(guards.caller(), Permission.SEE_ALERTS)
    patient_id = alerts.patient_of(guards.caller(), alert_id)
    return redirect(url_for("coordinator.alert", patient_id=patient_id, alert_id=alert_id), 303)


@pages.get("/static/<path:path>", access=guards.public)
def static(path: str) -> Response:
    """A file of the look; kept for ever under an address that names its content."""
    answer = send_from_directory(frame.STATIC, path)
    named = request.args.get("v")
    kept = named is not None and named == frame.version(path, (frame.STATIC / path).stat().st_mtime_ns)
    answer.headers["Cache-Control"] = FOR_EVER if kept else UNTIL_CHANGED
    return answer


def _sign_in_form(
    back: str,
    identifier: str = "",
    refused: Unauthenticated | TooMany | None = None,
    notice: str | None = None,
    at: str = "#identifier",
) -> str:
    errors = [{"text": refused.detail, "href": at}] if refused else []
    return render_template(
        "sign_in.html",
        action=url_for("entrance.sign_in_now"),
        next=None if back == "/" else back,
        identifier=identifier,
        errors=errors,
        notice=notice,
        passkey={"options": url_for("second_factor.to_sign_in"), "action": url_for("entrance.sign_in_by_passkey")},
        other_ways=_other_ways(back),
        shared={"is_so": arriving.is_shared(), "action": url_for("shared_device.say")},
        demo_people=current_app.extensions.get("demo_people", []),
        csrf_token=csrf.token(),
    )


def _other_ways(back: str) -> list[dict[str, str]]:
    """A code, the accounts of others that this deployment takes, and the way in for whoever is new."""
    kept = None if back == "/" else back
    by_code = {"text": "Get a code by text or e-mail", "href": url_for("code_pages.ask", next=kept)}
    elsewhere = [
        {
            "text": f"Continue with {one['called']}",
            "href": url_for("federated.leave", provider=one["provider"], next=kept),
        }
        for one in federated.offered()
    ]
    invited = {"text": "I have an invitation code", "href": url_for("join.start")}
    return [by_code, *elsewhere, invited]


def _password() -> str:
    return request.form.get("password", "")[:200]
