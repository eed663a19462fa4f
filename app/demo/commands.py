"""Commands of the demo: `flask up`, `flask reset-demo`, `flask demo-year` and `flask demo-code`."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext

from app import config
from app.core import worker
from app.core.unit_of_work import unit_of_work
from app.demo import codes, database, histories, loading, people, queries, running
from app.demo.database import NotOurs
from app.demo.processes import KeepsEnding
from app.demo.running import CannotRun, Stop


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; else the first free one from 8000.")
@with_appcontext
def up(port: int | None) -> None:
    """Start everything: database, demo, web and worker. Ctrl-C stops everything it started."""
    with _stoppable() as stop, running.only_one() as note:
        chosen = running.free_port(port, click.echo)
        note.write_text(f"{running.address(chosen)}\n")
        _links_lead_to(running.address(chosen))
        running.prepare_database(click.echo)
        with worker.at_work():
            is_empty = queries.is_empty()
        if is_empty:
            _load()
        running.fresh_metrics()
        click.echo("Starting web and worker ...")
        stop.cuts = False
        with running.running(chosen, click.echo, stop) as children:
            if not stop.asked:
                _say_where(running.address(chosen))
            running.look_after(children, click.echo, stop)


@click.command("reset-demo")
@with_appcontext
def reset_demo() -> None:
    """Drop everything in the demo's database and load it afresh."""
    with _stoppable(), running.only_one():
        click.echo("Dropping what is there ...")
        database.make_anew()
        _load()
        click.echo("Done: make run starts it.")


@click.command("demo-year")
@with_appcontext
def demo_year() -> None:
    """Play a patient's year by text into the demo that is here; a fresh demo has it."""
    with _stoppable(), running.only_one():
        if running.loading_mark().exists() or database.needs_migration():
            raise CannotRun("There is no whole demo here. make run loads it, with this year in it.")
        click.echo(loading.play_year())


@click.command("demo-code")
@click.argument("person")
@with_appcontext
def demo_code(person: str) -> None:
    """Print the code that the authenticator app of PERSON (an e-mail of the demo) would show now."""
    with unit_of_work():
        code = codes.current_code_of(person)
    if code is None:
        raise click.ClickException("Nobody of the demo signs in with this and a code.")
    click.echo(code)


@contextmanager
def _stoppable() -> Iterator[Stop]:
    """Ctrl-C, SIGTERM and a closed terminal end the block in order; the embedded PostgreSQL stops if we started it."""
    stop = Stop()
    _on_signals(stop)
    try:
        yield stop
    except (CannotRun, KeepsEnding, NotOurs) as error:
        raise click.ClickException(str(error)) from None
    except (KeyboardInterrupt, Exception):
        if not stop.asked:  # a statement that was cut off by the interruption raises an error of its own
            raise
        click.echo("\nStopping ...")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _on_signals(signal.SIG_IGN)
        if database.stop_server_if_ours():
            click.echo("PostgreSQL has stopped.")


def _on_signals(act: Callable[..., None] | signal.Handlers) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(name, act)


def _links_lead_to(address: str) -> None:
    settings = config.current()
    if "PUBLIC_URL" not in os.environ:
        current_app.config["KITH"] = dataclasses.replace(settings, public_url=address)


def _load() -> None:
    began = time.monotonic()
    running.loading_mark().touch()
    click.echo("Loading the demo: months of real readings, each judged as it came, each alert taken and closed.")
    with click.progressbar(length=1, label="  Living it through", show_eta=False) as bar:

        def progress(done: int, planned: int) -> None:
            bar.length = max(planned, 1)
            bar.update(done - bar.pos)

        told = loading.load(progress)
    running.loading_mark().unlink()
    _say_what_came(time.monotonic() - began, told.others, len(told.broken))


def _say_what_came(seconds: float, others: int, broken: int) -> None:
    with worker.at_work():
        totals, kinds = queries.totals(), queries.alerts_by_kind()
    click.echo(
        f"  {totals.patients} patients, {totals.readings} readings ({totals.copies} second copies of a sync), "
        f"{totals.alerts} alerts ({totals.open_alerts} on the worklist), {totals.texts} texts; {seconds:.0f} s"
    )
    click.echo(f"  {others} rows of the logs are no readings (insulin, meals, exercise).")
    if broken:
        click.echo(f"  {broken} rows could not be readings: {config.var_folder() / loading.BROKEN}")
    if not histories.LOGS.exists():
        click.echo("  The diabetes logs are not in this package, so ten patients are missing (README, Data).")
    click.echo(f"  {'alerts by kind':<28}{'all':>6}{'open':>6}")
    for kind in kinds:
        click.echo(f"  {kind.severity + ' ' + kind.rule:<28}{kind.alerts:>6}{kind.on_worklist:>6}")


def _say_where(address: str) -> None:
    click.echo(f"\nKith is ready: {address}\n")
    click.echo(f'Sign in with the password "{people.PASSWORD}" as')
    for one in people.sign_ins():
        click.echo(f"  {one['identifier']:<28}{one['who']}")
    click.echo("Staff are asked for a code as well: the page of the demo shows it.")
    with current_app.test_request_context(base_url=address):
        inbox = current_app.url_for("sandbox.inbox", _external=True)
    click.echo(f"\nEvery text that would have left: {inbox}")
    click.echo("Made-up people, draft clinical content, not for emergencies. Ctrl-C stops everything.")
