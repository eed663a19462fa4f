"""Tables: the chain over the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Who looked at one record, last first: by its own entries, by the lists that showed it, by strangers' tries. A function
# of the owner, because row-level security lets an index over the lists serve nobody else: their order of comparing is
# not proven to leak nothing. It answers for the patients that the transaction reaches, and never names those beside
# them on a list.
ONE_RECORD = """
create function looks_at_record(record uuid, since timestamptz, until timestamptz, by_person uuid, last_at timestamptz,
  last_id uuid, most integer)
returns table (id uuid, created_at timestamptz, actor_id uuid, on_behalf_of uuid, role varchar, action varchar,
  purpose varchar, subject_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select * from (
    (select {columns} from audit_entry e where e.patient_id = record and {chosen})
    union all
    (select {columns} from audit_entry e where e.patient_id is null and e.patient_ids @> array[record] and {chosen})
    union all
    (select {columns} from audit_entry e where e.patient_id is null and e.subject_id = record and {chosen})
  ) looks
  where record = any(nullif(current_setting('kith.patients', true), '')::uuid[])
    or current_setting('kith.service', true) = 'on'
  order by looks.created_at desc, looks.id desc limit most
$$
""".format(  # noqa: S608  built from the constants of this file
    columns="e.id, e.created_at, e.actor_id, e.on_behalf_of, e.role, e.action, e.purpose, e.subject_id",
    chosen="""e.created_at >= coalesce(since, '-infinity') and e.created_at < coalesce(until, 'infinity')
      and (by_person is null or e.actor_id = by_person)
      and (e.created_at, e.id) < (coalesce(last_at, 'infinity'), coalesce(last_id, e.id))
      order by e.created_at desc, e.id desc limit most""",
)


def upgrade() -> None:
    _audit_entry()
    _audit_seal()
    _audit_mark()
    op.execute(ONE_RECORD)
    op.execute("revoke all on function looks_at_record from public")
    op.execute("grant execute on function looks_at_record to kith_app, kith_worker")


def downgrade() -> None:
    op.execute("drop function looks_at_record")
    op.drop_table("audit_mark")
    op.execute("grant insert on audit_seal to kith_app")
    op.drop_index("ix_audit_seal_first", "audit_seal")
    op.drop_constraint(op.f("uq_audit_seal_organisation_id_number"), "audit_seal")
    op.alter_column("audit_seal", "number", type_=sa.Integer())
    for name in ("written_in", "subject_id_created_at", "patient_ids"):
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    op.drop_column("audit_entry", "written_in")


def _audit_entry() -> None:
    by_the_database = sa.text("(pg_current_xact_id()::text)::bigint")
    op.add_column(
        "audit_entry", sa.Column("written_in", sa.BigInteger(), nullable=False, server_default=by_the_database)
    )
    op.create_index("ix_audit_entry_written_in", "audit_entry", ["written_in"])
    of_no_patient = {"postgresql_where": sa.text("patient_id is null")}
    op.create_index(
        "ix_audit_entry_patient_ids", "audit_entry", ["patient_ids"], postgresql_using="gin", **of_no_patient
    )
    op.create_index(
        "ix_audit_entry_subject_id_created_at", "audit_entry", ["subject_id", "created_at"], **of_no_patient
    )


def _audit_seal() -> None:
    op.alter_column("audit_seal", "number", type_=sa.BigInteger())
    op.create_unique_constraint(
        op.f("uq_audit_seal_organisation_id_number"),
        "audit_seal",
        ["organisation_id", "number"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_audit_seal_first", "audit_seal", ["organisation_id"], postgresql_where=sa.text("number = 1"))
    # Who serves people writes entries; only the worker seals them.
    op.execute("revoke insert on audit_seal from kith_app")


def _audit_mark() -> None:
    op.create_table(
        "audit_mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("below", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_mark")),
    )
    op.execute("revoke insert, update on audit_mark from kith_app")
