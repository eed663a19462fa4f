"""`flask create-admin`: the first person of an organisation."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from app.identity import passwords
from app.identity import queries as people
from tests.people import World, signed_in

WHO = ["--organisation", "Hillside Care", "--given-name", "Ida", "--family-name", "Berg", "--email", "ida@kith.example"]
PASSWORD = "a few quiet words more"


def test_makes_an_admin_without_asking(app: Flask, client: FlaskClient, world: World) -> None:
    done = app.test_cli_runner().invoke(args=["create-admin", *WHO, "--password", PASSWORD])
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    ida = people.person_by_contact("ida@kith.example")
    assert ida is not None
    assert passwords.fits(PASSWORD, ida.password_hash)
    me = client.get("/api/me", headers=signed_in(client, ida)).get_json()
    assert [(role["organisation"], role["team"], role["role"]) for role in me["roles"]] == [
        ("Hillside Care", None, "admin")
    ]
    assert me["roles"][0]["organisation_id"] == str(world.elsewhere.id)


def test_asks_for_everything_and_makes_the_organisation(app: Flask, client: FlaskClient) -> None:
    answers = "\n".join(["Lakeside Care", "Ida", "Berg", "ida@kith.example", PASSWORD, PASSWORD, ""])
    done = app.test_cli_runner().invoke(args=["create-admin"], input=answers)
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    assert client.post("/api/sign-in", json={"identifier": "ida@kith.example", "password": PASSWORD}).status_code == 200


def test_refuses_a_short_password_and_makes_nothing(app: Flask, client: FlaskClient) -> None:
    runner = app.test_cli_runner()
    for password in ("short", "passwordpassword"):
        done = runner.invoke(args=["create-admin", *WHO, "--password", password])
        assert done.exit_code == 1
        assert "password" in done.output.lower() or "characters" in done.output
    assert runner.invoke(args=["create-admin", *WHO, "--password", PASSWORD]).exit_code == 0  # the e-mail is still free


def test_refuses_an_email_that_is_somebodys(app: Flask, world: World) -> None:
    who = [*WHO[:-1], "mary.okafor@kith.example"]
    done = app.test_cli_runner().invoke(args=["create-admin", *who, "--password", PASSWORD])
    assert done.exit_code == 1
    assert "known already" in done.output
