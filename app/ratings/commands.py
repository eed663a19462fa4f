"""Commands of ratings."""

from __future__ import annotations

import pathlib

import click
from flask.cli import AppGroup

from app.ratings import loader

instruments = AppGroup("instruments", help="Instruments that people rate with: check a file.")


@instruments.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=pathlib.Path))
def check(file: pathlib.Path) -> None:
    """Say whether a file is an instrument, or everything that is wrong with it."""
    try:
        one = loader.load(file)
    except loader.InstrumentRefused as refused:
        raise click.ClickException(str(refused)) from None
    licensed = "licensed: needs a recorded licence" if one.is_licensed else "free to use"
    click.echo(
        f"{one.code} {one.version}: {one.name}, {len(one.areas)} areas, {one.lowest} to {one.highest}, {licensed}."
    )
    click.echo(f"Approved by {one.approved_by}." if one.approved_by else "Approved by nobody yet: a draft.")
