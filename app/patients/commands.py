"""Commands of patients."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.core import worker
from app.core.errors import DomainError
from app.core.unit_of_work import unit_of_work
from app.identity import queries as people
from app.patients import service
from app.teams import queries as teams
from app.teams.models import Team

patients = AppGroup("patients", help="Patients and their enrolment.")


@patients.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", "team_name", required=True, help="The name of the team.")
@click.option("--organisation", required=True, help="The name of its organisation.")
@click.option("--coordinator", help="E-mail of the named coordinator for rows that name none.")
@click.option("--dry-run", is_flag=True, help="Report the same and store nothing.")
@with_appcontext
@worker.at_work()
def import_list(file: Path, team_name: str, organisation: str, coordinator: str | None, dry_run: bool) -> None:
    """Enrol a CSV list: good rows are enrolled, bad ones are listed; run again it enrols only what is missing."""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise click.ClickException("The file is not in UTF-8. Save it as CSV UTF-8 and try again.") from None
    try:
        with unit_of_work():
            person = people.person_by_contact(coordinator) if coordinator else None
            if coordinator and person is None:
                raise click.ClickException("Nobody is known by the coordinator's e-mail.")
            report = service.import_list(
                _team(organisation, team_name), text, person.id if person else None, dry_run=dry_run
            )
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    _print(report)


def _team(organisation: str, name: str) -> Team:
    known = teams.organisation_named(organisation)
    found = [team for team in teams.teams_in([known.id]) if team.name == name] if known else []
    if not found:
        raise click.ClickException("There is no such team in an organisation of this name.")
    return found[0]


def _print(report: service.Report) -> None:
    verb = "would be enrolled" if report.is_dry_run else "enrolled"
    wrong = len({fault.row for fault in report.errors})
    click.echo(f"{report.rows} rows: {report.enrolled} {verb}, {report.known} enrolled before, {wrong} to mend")
    if report.errors:
        click.echo(f"{'row':>5}  {'column':<20}  what is wrong")
        for fault in report.errors:
            click.echo(f"{fault.row:>5}  {fault.column or '-':<20}  {fault.detail}")
        raise SystemExit(1)
