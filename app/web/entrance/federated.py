"""Signing in with NHS login, and for staff with their employer's account: off to the provider, back, and what then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import current_app, redirect, render_template, request, url_for

from app.access import guards
from app.core.errors import NotFound
from app.core.http import Pages
from app.core.openid import Provider
from app.core.unit_of_work import unit_of_work
from app.identity import nhs_identity
from app.identity.oidc import Client, Told, Visit
from app.identity.service import federated
from app.identity.service.federated import Arrival, LoginRefused
from app.patients.queries import tracing
from app.web.entrance import arriving, returning

pages = Pages("federated", __name__)

COOKIE = "login"
NAMES = {"nhs-login": federated.NHS_LOGIN, "work": "sso"}  # in our addresses, in settings
NOT_AGREED = "You chose not to go on, so nothing was sent to us and nobody was signed in. You can sign in another way."


@pages.get("/sign-in/with/<provider>", access=guards.public)
def leave(provider: str) -> Any:
    """Off to the provider; the browser keeps what the way back is bound to."""
    client, back = _client(provider), returning.path(request.args.get("next"))
    there, secret = federated.leave(client, back, _least(client, request.args.get("level")), arriving.address())
    return arriving.bind(redirect(there, 303), COOKIE, secret, federated.LASTS)  # type: ignore[arg-type]


@pages.get("/sign-in/with/<provider>/back", access=guards.public)
def come_back(provider: str) -> Any:
    """Back from the provider: whoever it says it is goes in, or reads why not."""
    client, visit = _client(provider), Visit(request.args.get("state", "")[:100], arriving.bound(COOKIE))
    with unit_of_work():  # used up whatever comes of it, and nothing is open while the provider is asked
        attempt = federated.come_back(client, visit)
    if "error" in request.args:
        raise LoginRefused(NOT_AGREED if request.args["error"] == "access_denied" else federated.AWAY)
    told = federated.told(client, request.args.get("code", "")[:4000], visit)
    arriving.end_former()
    arrival = _arrived(client, told, attempt.wanted_level)
    federated.count_no_more(arriving.address())
    return arriving.release(arriving.go_on(arrival.secret, _where(arrival, attempt.back)), COOKIE)


@pages.get("/sign-in/prove", access=guards.any_sign_in)
def prove() -> str:
    """What is still missing to see a health record, and how to prove it."""
    back = returning.path(request.args.get("next"))
    values: dict[str, Any] = {"level": nhs_identity.PROVEN} | ({"next": back} if back != "/" else {})
    return render_template(
        "entrance/nhs_login_prove.html", prove_url=url_for("federated.leave", provider="nhs-login", **values)
    )


@pages.get("/sign-in/no-record", access=guards.any_sign_in)
def no_record() -> str:
    """Somebody is proven, and no record here is certainly theirs."""
    return render_template("entrance/nhs_login_no_record.html", sign_in_url=url_for("entrance.sign_in"))


def clients(providers: Iterable[Provider], public_url: str) -> dict[str, Client]:
    """The providers of this deployment, each with the address it sends people back to."""
    at = {key: f"{public_url}/sign-in/with/{name}/back" for name, key in NAMES.items()}
    return {one.name: Client(one, at[one.name]) for one in providers}


def offered() -> list[dict[str, str]]:
    """The providers that can be signed in with here, for the page that lists the ways: name in addresses and words."""
    clients = current_app.extensions["logins"]
    return [{"provider": name, "called": clients[key].provider.called} for name, key in NAMES.items() if key in clients]


def _client(name: str) -> Client:
    client: Client | None = current_app.extensions["logins"].get(NAMES.get(name))
    if client is None:
        raise NotFound
    return client


def _least(client: Client, asked: str | None) -> str | None:
    if client.provider.name != federated.NHS_LOGIN:
        return None
    return nhs_identity.PROVEN if asked == nhs_identity.PROVEN else nhs_identity.LOOKED_UP


def _arrived(client: Client, told: Told, least: str | None) -> Arrival:
    if least is None:
        return federated.arrive_by_sso(client, told, arriving.device())
    return federated.arrive_by_nhs_login(client, told, least, arriving.device(), tracing.traced)


def _where(arrival: Arrival, back: str) -> str:
    """On to what was asked for, or first to what has to be known."""
    onward = f"?{urlencode({'next': back})}" if back != "/" else ""
    if arrival.level == nhs_identity.LOOKED_UP:
        return url_for("federated.prove") + onward
    return url_for("federated.no_record") if arrival.has_no_record else back
