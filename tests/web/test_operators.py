"""What operators and programs ask: alive, ready, measured, described, explained."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import errors, jobs, problems, scheduler
from app.web.operators import problem_types


def test_alive_says_nothing_of_the_database(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.data) == (200, b"ok\n")


def test_ready_names_what_does_not_hold_and_then_holds(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "start flask worker" in answer.get_json()["failing"]["tick"]
    scheduler.run(app, jobs.JOBS[0])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"ready": True, "failing": {}})


def test_metrics_are_in_the_format_of_prometheus_and_name_nobody(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    assert "kith_queue_age_seconds 0.0" in answer.get_data(as_text=True)


def test_the_api_describes_itself(client: FlaskClient) -> None:
    described = client.get("/api/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    assert "/api/patients/{patient_id}/readings" in described["paths"]


def _slugs(kind: type[errors.DomainError]) -> set[str]:
    """The app's own: tests make kinds for themselves."""
    own = {kind.slug} if kind.__module__.startswith("app.") else set[str]()
    return own.union(*(_slugs(below) for below in kind.__subclasses__()))


def test_every_type_of_problem_has_its_page() -> None:
    raised = _slugs(errors.DomainError) | {slug for slug, _ in problems._FRAMEWORK.values()} | {"failed"}
    assert raised <= set(problem_types.KNOWN)


@pytest.mark.parametrize("slug", problem_types.KNOWN)
def test_a_type_of_problem_is_explained_to_programs_and_people(client: FlaskClient, slug: str) -> None:
    told: Any = client.get(f"/problems/{slug}").get_json()
    assert told["type"] == f"/problems/{slug}"
    page = client.get(f"/problems/{slug}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f"/problems/{slug}" in page.get_data(as_text=True)


def test_an_unknown_type_is_not_found(client: FlaskClient) -> None:
    assert client.get("/problems/nonsense").status_code == 404
