"""Commands of readings: import a file."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.core import worker
from app.core.errors import DomainError
from app.core.unit_of_work import unit_of_work
from app.identity import queries as people
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.readings.importing import rows, table, uci, welltory
from app.readings.importing.rows import Names, NotThisFormat, Row
from app.readings.service import importing
from app.readings.service.importing import LeftOut, Report

FORMATS = ("uci", "welltory", "csv")
SHOWN = 10

readings = AppGroup("readings", help="Readings and their import.")


class _Nothing(Exception):
    """Raised to keep nothing of a dry run."""


@dataclass(frozen=True, slots=True)
class _Job:
    patient: AdmittedPatient
    by: UUID
    report: Report
    size: int
    batch_of_its_own: Callable[[], AbstractContextManager[Any]]
    list_left_out: Callable[[Sequence[LeftOut]], None]


@readings.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "file_format", type=click.Choice(FORMATS), required=True, help="What the file is.")
@click.option("--patient", "patient_id", type=click.UUID, required=True, help="Id of the patient.")
@click.option("--user", help="The code of the one person whose rows are meant, in a file about several.")
@click.option("--by", help="E-mail or phone of the person who answers for it; the patient if not said.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Instead of FILE.errors.csv.")
@click.option(
    "--batch",
    "size",
    type=click.IntRange(1, importing.MOST_AT_ONCE),
    default=importing.MOST_AT_ONCE,
    show_default=True,
    help="Readings committed together.",
)
@click.option("--dry-run", is_flag=True, help="Do everything, tell of it, and keep nothing.")
@with_appcontext
@worker.at_work()
def import_file(
    file: Path,
    file_format: str,
    patient_id: UUID,
    user: str | None,
    by: str | None,
    errors: Path | None,
    size: int,
    dry_run: bool,
) -> None:
    """Import a patient's history: findings are made of it, alerts never. Run again, it stores only what is missing."""
    patient = _patient(patient_id)
    answers_for_it = _person(by) if by else patient.person_id
    report = _read(file, file_format, patient, user)
    path = errors or (None if dry_run else file.with_name(f"{file.name}.errors.csv"))
    with _listing(path) as list_left_out:
        list_left_out(report.left_out)
        each = contextlib.nullcontext if dry_run else unit_of_work
        job = _Job(patient, answers_for_it, report, size, each, list_left_out)
        try:
            _rehearse(job) if dry_run else _import(job)
        except DomainError as error:
            raise click.ClickException(error.detail) from None
    _print(patient, report, path, dry_run)


def _patient(patient_id: UUID) -> AdmittedPatient:
    patient = patients.admitted([patient_id]).get(patient_id)
    if patient is None:
        raise click.ClickException("There is no patient with this id.")
    return patient


def _person(identifier: str) -> UUID:
    person = people.person_by_contact(identifier)
    if person is None:
        raise click.ClickException("Nobody is known by this e-mail or phone.")
    return person.id


def _read(file: Path, file_format: str, patient: AdmittedPatient, user: str | None) -> Report:
    try:
        return importing.report_on(_rows(file, file_format, patient, user))
    except NotThisFormat as wrong:
        raise click.ClickException(str(wrong)) from None


def _rows(file: Path, file_format: str, patient: AdmittedPatient, user: str | None) -> Iterator[Row]:
    lines, names = rows.lines(file.read_bytes()), Names(patient.id, file_format)
    if file_format == "welltory":
        return welltory.read(lines, names, patient.zone, user)
    return {"uci": uci.read, "csv": table.read}[file_format](lines, names, patient.zone)


def _import(job: _Job) -> None:
    """Batch by batch: a crash in between loses none before it, and running again goes on."""
    with click.progressbar(length=len(job.report.readings), label="Importing") as bar:
        for batch in importing.batches(job.report, job.size):
            with job.batch_of_its_own():
                left_out = importing.bring_in(job.patient, batch, job.report, by=job.by)
            job.list_left_out(left_out)
            bar.update(len(batch))
    importing.conclude(job.patient, job.report, current_app.extensions["findings_of"])


def _rehearse(job: _Job) -> None:
    """The same in one transaction that is taken back: what is told is what an import would do."""
    with contextlib.suppress(_Nothing), unit_of_work():
        _import(job)
        raise _Nothing


@contextlib.contextmanager
def _listing(path: Path | None) -> Iterator[Callable[[Sequence[LeftOut]], None]]:
    """Rows that are left out, listed as they are met; no file stays where none was."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError:
        raise click.ClickException(
            f"{path} cannot be written. Say where rows that are left out go: --errors."
        ) from None
    listed = 0
    with file:
        writer = csv.writer(file)
        writer.writerow(["line", "outcome", "reason", "row"])

        def write(left_out: Sequence[LeftOut]) -> None:
            nonlocal listed
            listed += len(left_out)
            writer.writerows([one.line, one.outcome, one.reason, one.text] for one in left_out)
            file.flush()

        yield write
    if not listed:
        path.unlink()


def _print(patient: AdmittedPatient, report: Report, path: Path | None, dry_run: bool) -> None:
    if dry_run:
        click.echo("Dry run: nothing was kept. An import would do this:")
    for label, count in _lines(report):
        click.echo(f"{count:>8}  {label}")
    if not protocols.plans(patient):
        click.echo("No monitoring plan runs for this patient, so nothing was judged.")
    for one in report.left_out[:SHOWN]:
        click.echo(f"line {one.line}: {one.outcome}. {one.reason}")
    if path is not None and report.left_out:
        click.echo(f"Rows left out: {len(report.left_out)}, all listed in {path}")


def _lines(report: Report) -> Iterator[tuple[str, int]]:
    yield "rows", report.rows
    yield "stored", report.stored
    yield "already there", report.known
    yield "refused (kept in quarantine)", report.left_out_as("refused")
    yield "imported before with other content", report.left_out_as("different")
    yield "broken rows", report.left_out_as("broken")
    yield "rows about other people", report.strangers
    yield "not a reading", sum(report.others.values())
    for (code, label), count in sorted(report.others.items()):
        yield f"  code {code}: {label}", count
    yield "near-duplicates among the readings", report.near_duplicates
    yield "findings", sum(report.findings.values())
    for (rule, severity), count in sorted(report.findings.items()):
        yield f"  {rule}: {severity}", count
