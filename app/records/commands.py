"""Commands of records: verify the audit, tell its heads; carry out the retention schedule."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup, with_appcontext

from app.core import audit as chains
from app.core import rows, worker
from app.core.audit import Fault, Head
from app.records import schedule
from app.records.service import foreseeing, retaining
from app.teams import queries as teams

audit = AppGroup("audit", help="Who did what to whose record: the chains over it.")


@audit.command("verify")
@click.option("--organisation", help="Only the chain of the organisation of this name.")
@click.option(
    "--heads",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of published heads, or a worker's log; may be given several times.",
)
def verify(organisation: str | None, files: tuple[Path, ...]) -> None:
    """Walk the chains and name what was changed, dropped, put in or swapped; ends with 1 if anything was."""
    heads = [head for file in files for head in _published(file)]
    rows.reach(rows.SERVICE)
    verdict = chains.verify(heads, only=_organisation(organisation) if organisation else None)
    for fault in verdict.faults:
        click.echo(_words(fault))
    compared = f"{len(heads)} published heads compared"
    click.echo(f"{verdict.sealed} sealed entries looked at, {len(verdict.faults)} faults; {compared}.")
    click.echo(f"{verdict.unsealed} entries are not sealed yet: nothing is said of them.")
    if verdict.faults:
        raise SystemExit(1)


@audit.command("head")
def head() -> None:
    """The last seal of every chain, as the worker publishes it each hour."""
    for one in chains.heads():
        click.echo(f"{one.organisation_id or 'no organisation'}  {one.number}  {one.digest}")


@click.command("retention")
@click.argument("act", type=click.Choice(["run"]), required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@with_appcontext
def retention(act: str | None, dry_run: bool) -> None:
    """Show what is kept for how long; `run` deletes what no longer is, as the worker does each night."""
    if not act and not dry_run:
        for one in schedule.SHIPPED.classes:
            click.echo(f"{one.name:<20}{one.keeps}")
        return
    with worker.at_work():
        gone = foreseeing.foresee() if dry_run else retaining.run()
    for (name, table, organisation_id), what in sorted(gone.items(), key=str):
        of = organisation_id or "no organisation"
        click.echo(f"{name:<20}{table:<22}{what.rows:>9} rows, {what.oldest} to {what.newest}, {of}")
    verb = "would be deleted" if dry_run else "deleted"
    click.echo(f"{sum(what.rows for what in gone.values())} rows {verb}.")


def _organisation(name: str) -> UUID:
    known = teams.organisation_named(name)
    if known is None:
        raise click.ClickException("There is no organisation of this name.")
    return known.id


def _published(file: Path) -> list[Head]:
    try:
        return chains.published(file)
    except (KeyError, TypeError, ValueError):
        raise click.ClickException(f"{file.name} has a line that looks like a head and is none.") from None


def _words(fault: Fault) -> str:
    chain = f"organisation {fault.organisation_id}" if fault.organisation_id else "no organisation"
    number = f"number {fault.number}" if fault.number else "unsealed"
    return f"{chain}, {number}: {f'entry {fault.entry_id} ' if fault.entry_id else ''}{fault.what}"
