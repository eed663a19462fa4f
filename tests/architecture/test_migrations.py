"""Migrations: one line of history, up and down and up again, ending where the models are."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.core import embedded
from app.core.db import Base
from tests.conftest import HOME, migrate


@pytest.fixture
def empty(server: embedded.Server) -> Iterator[str]:
    name = f"kith_test_migrations_{os.getpid()}"
    embedded.drop_database(server, name)
    embedded.ensure_database(server, name)
    yield server.url("kith_owner", name)
    embedded.drop_database(server, name)


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(HOME / "migrations"))
    return ScriptDirectory.from_config(config)


def left(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
            " and relkind in ('r', 'S', 'v') and relname not like 'alembic%'"
        )
        return [name for (name,) in rows]


def test_history_is_one_line_with_numbered_steps() -> None:
    assert len(scripts().get_heads()) == 1
    revisions = [script.revision for script in scripts().walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert all(script.doc for script in scripts().walk_revisions())


def test_up_down_up_leaves_nothing_and_ends_where_the_models_are(empty: str) -> None:
    migrate(empty)
    migrate(empty, "base")
    assert left(empty) == []
    migrate(empty)
    engine = sa.create_engine(empty, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        assert compare_metadata(context, Base.metadata) == []


def test_going_back_is_refused_while_words_are_sealed_only(empty: str) -> None:
    migrate(empty)
    engine = sa.create_engine(empty, poolclass=sa.NullPool)
    person = (
        "insert into person (id, created_at, given_name, family_name, language, kind, is_active)"
        " values (uuidv7(), now(), 'Mary', 'Okafor', 'en', 'human', true) returning id"
    )
    session = (
        "insert into device_session (id, created_at, person_id, kind, label_sealed,"
        " expires_at, last_used_at, method) values (uuidv7(), now(), %(person)s, 'web', 'x', now(), now(), 'password')"
    )
    with engine.begin() as connection:
        one = connection.exec_driver_sql(person).scalar()
        connection.exec_driver_sql(session, {"person": one})
    with pytest.raises(RuntimeError, match=r"device_session\.label are sealed and would be lost"):
        migrate(empty, "base")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select label_sealed from device_session").scalar() == b"x"


def test_what_was_chosen_of_messages_holds_for_help_until_chosen_otherwise(empty: str) -> None:
    migrate(empty, "0033")
    engine = sa.create_engine(empty, poolclass=sa.NullPool)
    person = (
        "insert into person (id, created_at, given_name, family_name, language, kind, is_active)"
        " values (uuidv7(), now(), 'Tom', 'Okafor', 'en', 'human', true) returning id"
    )
    choice = (
        "insert into telling_choice (id, created_at, person_id, category, how)"
        " values (uuidv7(), now(), %(person)s, %(category)s, %(how)s)"
    )
    with engine.begin() as connection:
        one = connection.exec_driver_sql(person).scalar()
        for category, how in (("messages", "none"), ("visits", "weekly")):
            connection.exec_driver_sql(choice, {"person": one, "category": category, "how": how})
    migrate(empty)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select category, how from telling_choice order by category").all()
    assert [tuple(row) for row in rows] == [("help", "none"), ("messages", "none"), ("visits", "weekly")]


def is_ours(_: object, name: str | None, kind: str, *__: object) -> bool:
    return not (kind == "table" and name and name.startswith(("procrastinate_", "alembic_")))


KEPT_FOR_GOOD = ("audit_entry", "audit_seal", "tombstone")


@pytest.mark.parametrize(
    "table", [*KEPT_FOR_GOOD, "alert_event", "reading", "delivery_attempt", "reading_correction", "correction_note"]
)
def test_what_is_append_only_is_so_by_grant(empty: str, table: str) -> None:
    migrate(empty)
    engine = sa.create_engine(empty, poolclass=sa.NullPool)
    with engine.connect() as connection:
        for role in ("kith_app", "kith_worker"):
            for right in ("update", "delete", "truncate"):
                ask = sa.text("select has_table_privilege(:role, :table, :right)")
                may = connection.scalar(ask, {"role": role, "table": table, "right": right})
                # The worker carries out the retention schedule, and nobody deletes from the audit.
                assert may is (role == "kith_worker" and right == "delete" and table not in KEPT_FOR_GOOD)


def test_every_table_about_a_patient_names_patient_and_organisation() -> None:
    for table in Base.metadata.tables.values():
        leads_to = {key.column.table.name for key in table.foreign_keys}
        if "patient_id" in table.columns or leads_to & {"patient", "delivery", "alert", "circle_member"}:
            assert {"organisation_id", "patient_id"} <= set(table.columns.keys()), table.name
