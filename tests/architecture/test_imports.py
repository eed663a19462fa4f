"""The import contracts of pyproject.toml hold, and each of them bites on a small house built wrong."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import PROJECT

LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]

# One fault each: file -> its import. Everything they import exists in the little house, mostly empty.
WRONG = {
    "app/teams/queries.py": "import app.patients.queries",  # upwards
    "app/goals/queries.py": "import app.ratings.queries",  # a peer
    "app/web/patient.py": "import app.texting.grammar",  # a peer at the top
    "app/core/audit.py": "import app.identity.models",  # the core knows no slice
    "app/alerts/service.py": "import app.demo.people",  # nobody but assembly knows the demo
    "app/readings/models.py": "import app.readings.service",  # up the layers of a slice
    "app/readings/events.py": "import app.readings.models",  # peers of a layer
    "app/medicines/service/taking.py": "import app.medicines.schemas",  # a service that is a package
    "app/reports/queries.py": "import app.alerts.handlers",  # an edge
    "app/patients/routes.py": "import sqlalchemy",
    "app/web/circle/pages.py": "import app.core.db",
    "app/todos/service.py": "import flask",
    "app/protocols/service/starting.py": "import marshmallow",
    "app/rules/evaluation.py": "import app.readings.queries",  # by a detour to SQLAlchemy
    "app/access/permissions.py": "import flask",
    "app/access/roles.py": "import sqlalchemy",
    "app/notifications/channels/email.py": "import twilio.rest",
    "app/stray/queries.py": "import json",  # a slice with no place in the order
}
RIGHT = {
    "app/assembly.py": "import app.alerts.handlers, app.demo.people, app.web.patient, app.patients.routes",
    "app/demo/people.py": "import app.web.patient",
    "app/identity/models.py": "import app.core.db",
    "app/core/db.py": "import sqlalchemy",
    "app/core/schemas.py": "import marshmallow",
    "app/readings/queries.py": "import sqlalchemy",
    "app/readings/service.py": "import app.readings.queries",
    "app/readings/routes.py": "import app.readings.schemas, app.readings.service",
    "app/readings/schemas.py": "import app.core.schemas",
    "app/alerts/handlers.py": "import app.alerts.service",
    "app/patients/queries.py": "",
    "app/ratings/queries.py": "",
    "app/texting/grammar.py": "",
    "app/medicines/schemas.py": "",
    "app/notifications/channels/sms.py": "import twilio.rest",
}


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(LINT, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def build(folder: Path, files: dict[str, str]) -> None:
    """Write a house with our contracts, each folder a package."""
    shutil.copy(PROJECT / "pyproject.toml", folder)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    for path in [folder / "app", *(folder / "app").rglob("*")]:
        if path.is_dir():
            (path / "__init__.py").touch()


def module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def test_the_contracts_hold() -> None:
    code, said = lint(PROJECT)
    assert code == 0, said


def test_a_house_built_right_passes(tmp_path: Path) -> None:
    build(tmp_path, RIGHT)
    code, said = lint(tmp_path)
    assert code == 0, said


def test_every_fault_is_named(tmp_path: Path) -> None:
    build(tmp_path, RIGHT | WRONG)
    code, said = lint(tmp_path)
    assert code == 1
    assert "7 broken" in said
    unseen = [path for path in WRONG if not _named(path, said)]
    assert unseen == []


def _named(path: str, said: str) -> bool:
    """A stray slice is listed by itself, every other fault as importer -> imported."""
    found = f"- {module(path)} ->" in said or f"{module(path)} -> " in said
    return found or f"- {module(path).rsplit('.', 1)[0]}\n" in said


def test_nothing_below_reaches_assembly_through_the_package_itself(tmp_path: Path) -> None:
    build(tmp_path, RIGHT)
    (tmp_path / "app/__init__.py").write_text("import app.assembly\n")
    (tmp_path / "app/readings/queries.py").write_text("from app import create_app\n")
    code, said = lint(tmp_path)
    assert code == 1, said
