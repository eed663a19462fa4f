"""The chain over the audit: what was committed gets sealed, and whatever is done to it afterwards is named."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask

from app.core import audit, embedded, wake
from app.core.audit import AuditEntry, Fault, chain
from tests.conftest import NOW
from tests.core.audited import HILLSIDE, MARY, PRIYA, RIVERSIDE, Operator, entry, faults, write, written


def named(found: list[Fault]) -> set[UUID | None]:
    return {fault.entry_id for fault in found}


def test_every_entry_is_sealed_once_into_the_chain_of_its_organisation(sealer: Flask) -> None:
    write(entry(), entry(organisation_id=HILLSIDE), entry(organisation_id=None, patient_id=None))
    write(entry(), entry(organisation_id=None, patient_ids=[MARY, PRIYA], patient_id=None))
    assert audit.unsealed() == 5
    assert audit.seal_all(batch=2) == 5
    assert audit.seal_all() == audit.unsealed() == 0
    verdict = audit.verify()
    assert (verdict.sealed, verdict.unsealed, verdict.faults) == (5, 0, [])
    assert {(head.organisation_id, head.number) for head in audit.heads()} == {(RIVERSIDE, 2), (HILLSIDE, 1), (None, 2)}


def test_verify_speaks_for_what_is_sealed_and_counts_what_is_not(sealer: Flask) -> None:
    written(3)
    write(entry(), entry())
    verdict = audit.verify()
    assert (verdict.sealed, verdict.unsealed, verdict.faults) == (3, 2, [])


def test_one_chain_can_be_asked_for_alone(sealer: Flask) -> None:
    written(2)
    written(3, organisation_id=HILLSIDE)
    assert audit.verify(only=HILLSIDE).sealed == 3


def test_the_written_form_names_every_column(sealer: Flask) -> None:
    full = {column.key: "x" for column in AuditEntry.__table__.columns}
    assert all(f'"{name}"'.encode() in chain.written(full) for name in full)


# What somebody could write over each column of the third entry.
OTHER_VALUES = {
    "id": "gen_random_uuid()",
    "created_at": "created_at + interval '1 microsecond'",
    "organisation_id": f"'{HILLSIDE}'",
    "patient_id": "null",
    "patient_ids": "array[patient_id]",
    "actor_id": "gen_random_uuid()",
    "on_behalf_of": "actor_id",
    "role": "'patient'",
    "action": "'see_plan'",
    "purpose": "'direct care'",
    "subject_id": "null",
    "request_id": "'r-2'",
    "written_in": "written_in + 1",
}


def test_every_column_can_be_changed_in_the_table_below() -> None:
    assert set(OTHER_VALUES) == {column.key for column in AuditEntry.__table__.columns}


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_a_changed_entry_is_named(sealer: Flask, operator: Operator, column: str) -> None:
    ids = written(5)
    operator.execute(f"update audit_entry set {column} = {OTHER_VALUES[column]} where id = %s", [ids[2]])
    found = faults()
    assert ids[2] in named(found)
    assert {fault.number for fault in found} <= {3, None}


def test_a_dropped_entry_is_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    operator.execute("delete from audit_entry where id = %s", [ids[2]])
    [fault] = faults()
    assert (fault.entry_id, fault.number) == (ids[2], 3)
    assert "dropped" in fault.what


def test_a_dropped_seal_is_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    operator.execute("delete from audit_seal where entry_id = %s", [ids[2]])
    after_gap, behind = faults()
    assert (after_gap.entry_id, after_gap.number) == (ids[3], 4)
    assert "seal 3 was dropped" in after_gap.what
    assert behind.entry_id == ids[2]
    assert "dropped" in behind.what


def test_a_dropped_entry_with_its_seal_is_named_by_its_number(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    operator.execute("delete from audit_entry where id = any(%s)", [ids[1:3]])
    operator.execute("delete from audit_seal where entry_id = any(%s)", [ids[1:3]])
    [fault] = faults()
    assert "seal 2 to 3 was dropped" in fault.what


COPY = """
    insert into audit_entry (id, created_at, organisation_id, patient_id, role, action, purpose, written_in)
    select gen_random_uuid(), created_at, organisation_id, patient_id, role, action, purpose, {} from audit_entry
    where id = %s returning id
"""


def inserted(operator: Operator, after: UUID, written_in: str) -> UUID:
    row = operator.execute(COPY.format(written_in), [after]).fetchone()
    assert row is not None
    one: UUID = row[0]
    return one


def test_an_entry_put_in_behind_the_sealer_is_named(sealer: Flask, operator: Operator) -> None:
    put_in = inserted(operator, written(5)[2], "written_in")
    assert audit.seal_all() == 0
    [fault] = faults()
    assert fault.entry_id == put_in
    assert "put in" in fault.what


def test_an_entry_put_in_before_the_sealer_with_a_time_long_past_is_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    write(entry(created_at=NOW + timedelta(hours=3)))
    audit.seal_all()
    put_in = inserted(operator, ids[2], "(pg_current_xact_id()::text)::bigint")
    audit.seal_all()
    [fault] = faults()
    assert fault.entry_id == put_in
    assert "put in" in fault.what


def test_an_entry_put_in_with_a_seal_is_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    put_in = inserted(operator, ids[2], "written_in")
    operator.execute("update audit_seal set number = number + 100 where number > 3")
    operator.execute("update audit_seal set number = number - 99 where number > 100")
    operator.execute(
        "insert into audit_seal select %s, organisation_id, 4, digest from audit_seal where number = 3", [put_in]
    )
    assert put_in in named(faults())


def test_swapped_contents_are_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    operator.execute(
        "update audit_entry a set subject_id = b.subject_id, created_at = b.created_at from audit_entry b"
        " where (a.id, b.id) in ((%(one)s, %(other)s), (%(other)s, %(one)s))",
        {"one": ids[1], "other": ids[3]},
    )
    assert named(faults()) == {ids[1], ids[3]}


def test_swapped_seals_are_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    operator.execute("alter table audit_seal drop constraint pk_audit_seal")
    try:
        operator.execute(
            "update audit_seal set entry_id = case number when 2 then %s::uuid else %s::uuid end"
            " where number in (2, 4)",
            [ids[3], ids[1]],
        )
    finally:
        operator.execute("alter table audit_seal add constraint pk_audit_seal primary key (entry_id)")
    assert named(faults()) == {ids[1], ids[3]}


def test_a_seal_that_was_written_over_is_named(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    operator.execute("update audit_seal set digest = sha256('x') where number = 3")
    assert named(faults()) == {ids[2], ids[3]}


def test_a_tail_cut_off_shows_against_the_published_head_only(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    published = audit.heads()
    operator.execute("delete from audit_seal where number > 3")
    operator.execute("delete from audit_entry where id = any(%s)", [ids[3:]])
    assert faults() == []
    [fault] = faults(*published)
    assert fault.number == 5
    assert "tail" in fault.what


def test_a_chain_written_anew_shows_against_the_published_head(sealer: Flask, operator: Operator) -> None:
    ids = written(5)
    published = audit.heads()
    operator.execute("delete from audit_seal")
    operator.execute("delete from audit_mark")
    operator.execute("update audit_entry set role = 'patient' where id = %s", [ids[2]])
    audit.seal_all()
    assert faults() == []
    [fault] = faults(*published)
    assert "written anew" in fault.what


def test_a_chain_that_is_gone_shows_against_the_published_head(sealer: Flask, operator: Operator) -> None:
    written(2)
    published = audit.heads()
    operator.execute("delete from audit_seal")
    operator.execute("delete from audit_entry")
    [fault] = faults(*published)
    assert (fault.organisation_id, fault.number) == (RIVERSIDE, 2)


@pytest.mark.parametrize(
    ("role", "table", "does"),
    [
        ("kith_app", "audit_entry", "update audit_entry set role = 'patient'"),
        ("kith_app", "audit_entry", "delete from audit_entry"),
        ("kith_app", "audit_entry", "truncate audit_entry"),
        ("kith_app", "audit_seal", "update audit_seal set number = 2"),
        ("kith_app", "audit_seal", "delete from audit_seal"),
        ("kith_app", "audit_seal", "insert into audit_seal select * from audit_seal"),
        ("kith_app", "audit_mark", "update audit_mark set below = 0"),
        ("kith_app", "audit_mark", "delete from audit_mark"),
        ("kith_worker", "audit_entry", "update audit_entry set role = 'patient'"),
        ("kith_worker", "audit_entry", "delete from audit_entry"),
        ("kith_worker", "audit_seal", "update audit_seal set number = 2"),
        ("kith_worker", "audit_seal", "delete from audit_seal"),
    ],
)
def test_what_serves_cannot_write_it_over(
    sealer: Flask, server: embedded.Server, database: str, role: str, table: str, does: str
) -> None:
    written(1)
    with (
        psycopg.connect(wake.conninfo(server.url(role, database))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(does)
    assert audit.verify().sealed == 1
