"""Commands of the core: the worker."""

from __future__ import annotations

import os
import pathlib
import signal
import threading

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core import doctor, rotation, specification, worker


@click.command("worker")
@click.option("--senders", default=8, show_default=True, help="Texts handed over at the same time, besides alerts.")
@with_appcontext
def work(senders: int) -> None:
    """Send what is due, do tasks and tick, until stopped. Any number of these may run, on any machines."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    app = worker.app_of_a_worker()
    worker.run(app, app.extensions["crews"](senders), app.extensions["jobs"], stop)
    os._exit(0)  # without waiting for threads that are stuck in a call: their rows come again when the lease ends


@click.command("api-spec")
@with_appcontext
def write_api_spec() -> None:
    """Write api_spec/openapi.json and api_spec/access.csv from the routes."""
    folder = pathlib.Path(current_app.root_path).parent / "api_spec"
    specification.write(current_app._get_current_object(), folder)  # type: ignore[attr-defined]
    click.echo(f"Written to {folder.name}/.")


@click.command("doctor")
@with_appcontext
def examine() -> None:
    """Check everything and say what to do; the exit code is 1 when something is wrong."""
    findings = doctor.examine()
    for name, fault in findings.items():
        click.secho(f"{'WRONG' if fault else 'ok':<7}", fg="red" if fault else "green", nl=False)
        click.echo(f"{name:<13}{fault or ''}".rstrip())
    wrong = sum(fault is not None for fault in findings.values())
    click.echo(f"{wrong} of {len(findings)} need you." if wrong else "Everything holds.")
    raise SystemExit(1 if wrong else 0)


@click.command("rotate-keys")
@click.option("--status", is_flag=True, help="Only say which keys are in use.")
@with_appcontext
def rotate_keys(status: bool) -> None:
    """Seal everything again with the first key of SEALING_KEYS, while Kith runs; stopped, it goes on where it was."""
    with worker.at_work():
        report = rotation.Rotated() if status else rotation.rotate(_tell)
        left = rotation.keys_by_id()
    for row in sorted(report.unopenable):
        click.secho(f"CANNOT BE OPENED  {row}", fg="red")
    for key, number in sorted(left.items()):
        click.echo(f"{key:<21}{number:>10} texts")
    for key in rotation.removable(left):
        click.echo(f"{key} seals nothing any more: it may be taken out of SEALING_KEYS.")
    raise SystemExit(1 if report.unopenable else 0)


def _tell(place: str, rows: int) -> None:
    click.echo(f"{place}: {rows} sealed")
