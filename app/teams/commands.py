"""Commands of teams."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.core.errors import DomainError
from app.core.unit_of_work import unit_of_work
from app.teams import service


@click.command("create-admin")
@click.option("--organisation", prompt=True, help="Made if there is none of this name.")
@click.option("--given-name", prompt=True)
@click.option("--family-name", prompt=True)
@click.option("--email", prompt="E-mail", help="What the administrator signs in with.")
@click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="KITH_PASSWORD", help="15 or more."
)
@with_appcontext
def create_admin(organisation: str, given_name: str, family_name: str, email: str, password: str) -> None:
    """Make an administrator of an organisation, and the organisation if it is not there."""
    try:
        with unit_of_work():
            service.add_admin(organisation.strip(), given_name.strip(), family_name.strip(), email, password)
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"{given_name} {family_name} administers {organisation} and signs in with {email}.")
