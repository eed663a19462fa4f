"""Tables: core."""

import sqlalchemy as sa
from alembic import op
from procrastinate import schema
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Roles belong to the server, so they stay when the tables go. Where the owner may not make roles, the operator does.
ROLES = """
do $$ begin
  if not exists (select from pg_roles where rolname = 'kith_app') then create role kith_app login; end if;
  if not exists (select from pg_roles where rolname = 'kith_worker') then create role kith_worker login; end if;
end $$
"""
# What serves may read, add and change; what may be deleted, or only added to, is said table by table.
GRANTS = """
grant usage on schema public to kith_app, kith_worker;
alter default privileges in schema public grant select, insert, update on tables to kith_app, kith_worker;
alter default privileges in schema public grant usage, select on sequences to kith_app, kith_worker;
"""
REVOKES = """
alter default privileges in schema public revoke all on tables from kith_app, kith_worker;
alter default privileges in schema public revoke all on sequences from kith_app, kith_worker;
revoke usage on schema public from kith_app, kith_worker;
"""
# The task queue's own objects, as its library makes them; it deletes what is done.
QUEUE_GRANTS = """
grant select, insert, update, delete on all tables in schema public to kith_app, kith_worker;
grant usage, select on all sequences in schema public to kith_app, kith_worker;
"""
QUEUE_DROPS = """
do $$ declare thing record; begin
  for thing in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'public' and p.proname like 'procrastinate_%' loop
    execute 'drop function if exists ' || thing.name || ' cascade';
  end loop;
  for thing in select format('%I', tablename) as name from pg_tables
    where schemaname = 'public' and tablename like 'procrastinate_%' loop
    execute 'drop table if exists ' || thing.name || ' cascade';
  end loop;
  for thing in select format('%I', t.typname) as name from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = 'public' and t.typname like 'procrastinate_%' and t.typtype in ('e', 'c') loop
    execute 'drop type if exists ' || thing.name || ' cascade';
  end loop;
end $$
"""


def upgrade() -> None:
    op.execute(ROLES)
    op.get_bind().connection.driver_connection.execute(schema.SchemaManager.get_schema())
    op.execute(QUEUE_GRANTS)
    op.execute(GRANTS)
    _audit_entry()
    _event_rerun()
    _idempotent_answer()
    _rate_window()
    _tick()
    _audit_seal()
    op.execute("revoke update on audit_entry from kith_app, kith_worker")
    op.execute("revoke update on audit_seal from kith_app, kith_worker")
    op.execute("grant delete on idempotent_answer, rate_window to kith_app, kith_worker")


def downgrade() -> None:
    op.drop_table("audit_seal")
    op.drop_table("tick")
    op.drop_table("rate_window")
    op.drop_table("idempotent_answer")
    op.drop_table("event_rerun")
    op.drop_table("audit_entry")
    op.execute(REVOKES)
    op.execute(QUEUE_DROPS)


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("patient_ids", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_patient_id_created_at", "audit_entry", ["patient_id", "created_at"], unique=False)


def _event_rerun() -> None:
    op.create_table(
        "event_rerun",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_rerun")),
    )
    op.create_index(
        "ix_event_rerun_due", "event_rerun", ["due_at"], unique=False, postgresql_where=sa.text("done_at is null")
    )


def _idempotent_answer() -> None:
    op.create_table(
        "idempotent_answer",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_answer")),
        sa.UniqueConstraint("key", name=op.f("uq_idempotent_answer_key")),
    )


def _rate_window() -> None:
    op.create_table(
        "rate_window",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_window")),
    )


def _tick() -> None:
    op.create_table(
        "tick",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_tick")),
    )


def _audit_seal() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_seal_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_seal")),
    )
