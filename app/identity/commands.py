"""Commands of identity."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import with_appcontext

from app.core import worker
from app.core.errors import DomainError
from app.core.unit_of_work import unit_of_work
from app.identity import queries, service
from app.identity.service import closing, noting


@click.command("set-password")
@click.option("--person", "identifier", prompt="E-mail or phone of the person", help="E-mail or phone of the person.")
@click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="KITH_PASSWORD", help="15 or more."
)
@with_appcontext
def set_password(identifier: str, password: str) -> None:
    """Give a person a new password, sign them out everywhere, and tell them."""
    try:
        with unit_of_work():
            person = queries.person_by_contact(identifier)
            if person is None:
                raise click.ClickException("Nobody is known by this e-mail or phone.")
            service.set_password(person, password)
            noting.by_operator("set password by command", person.id)
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    click.echo("The password is set; every earlier sign-in has been ended.")


@click.command("reopen-account")
@click.option("--person", "person_id", type=click.UUID, required=True, help="The id of the person.")
@with_appcontext
def reopen_account(person_id: UUID) -> None:
    """Open an account again within 30 days of its closing, once you have made sure who asks."""
    try:
        with worker.at_work(), unit_of_work():
            closing.reopen(person_id, by=None)
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    click.echo("The account is open again.")
