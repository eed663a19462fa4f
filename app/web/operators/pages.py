"""Is it alive, is it ready, how is it doing; what the API says of itself; what each kind of problem means."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, render_template

from app.access import guards
from app.core import operations, problems, specification
from app.core.errors import NotFound
from app.core.http import Pages
from app.web.operators import problem_types

pages = Pages("operators", __name__)


@pages.get("/healthz", access=guards.public)
def alive() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz", access=guards.operating)
def ready() -> Response:
    """May be sent traffic, or 503 with everything that does not hold."""
    return operations.ready()


@pages.get("/metrics", access=guards.operating)
def metrics() -> Response:
    """Counters and gauges for Prometheus; nothing in them is about a person."""
    return operations.exposition()


@pages.get("/api/openapi.json", access=guards.public)
def openapi() -> Response:
    """The OpenAPI document of this very version."""
    return Response(specification.openapi(current_app), mimetype="application/json")


@pages.get("/problems/<slug>", access=guards.public)
def problem_type(slug: str) -> Any:
    """What the `type` of a problem+json answer means, and what to do."""
    known = problem_types.KNOWN.get(slug)
    if known is None:
        raise NotFound
    if problems.is_for_programs():
        return {"type": f"/problems/{slug}", "title": known.title, "means": known.means, "do": known.do}
    return render_template("operators/problem_type.html", slug=slug, known=known)
