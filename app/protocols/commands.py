"""Commands of protocols."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.errors import DomainError
from app.core.unit_of_work import unit_of_work
from app.protocols import queries, service

protocols = AppGroup("protocols", help="Clinical content: list, approve.")


@protocols.command("list")
def list_protocols() -> None:
    """Every protocol with its version and approval."""
    for protocol in queries.registry().values():
        approval = queries.approval(protocol.id, protocol.version)
        state = f"approved by {approval.approved_by} on {approval.approved_on}" if approval else "draft"
        click.echo(f"{protocol.id}@{protocol.version}  {state}  {protocol.title}")


@protocols.command("approve")
@click.argument("protocol")
@click.argument("version")
@click.option("--name", required=True, help="The clinical safety officer.")
@click.option("--role", required=True, help="Their role.")
def approve(protocol: str, version: str, name: str, role: str) -> None:
    """Approve one version of a protocol, by the text it has now."""
    try:
        with unit_of_work():
            approval = service.approve(protocol, version, name=name, role=role)
    except DomainError as error:
        raise click.ClickException(error.detail or error.title) from None
    click.echo(f"{protocol}@{version} approved by {approval.approved_by}. Fingerprint {approval.digest[:16]}.")
