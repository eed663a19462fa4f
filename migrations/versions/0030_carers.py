"""Tables: how carers are themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    carer_check_in()
    carer_consent()
    for table in ("carer_check_in", "carer_consent"):
        op.execute(f"grant delete on {table} to kith_worker")
    # Facts that nobody changes; what is sealed is sealed anew when the keys are rotated.
    op.execute("revoke update on carer_check_in from kith_app, kith_worker")
    op.execute("grant update (answers_sealed) on carer_check_in to kith_worker")


def carer_check_in() -> None:
    op.create_table(
        "carer_check_in",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_carer_check_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer_check_in")),
        sa.UniqueConstraint("person_id", "client_id", name=op.f("uq_carer_check_in_person_id_client_id")),
    )
    op.create_index("ix_carer_check_in_person_id", "carer_check_in", ["person_id", "created_at"])


def carer_consent() -> None:
    op.create_table(
        "carer_consent",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("agreed", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("ask_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("agreed in ('shown', 'asked')", name=op.f("ck_carer_consent_agreed")),
        sa.CheckConstraint("(agreed = 'asked') = (ask_at is not null)", name=op.f("ck_carer_consent_ask_at")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_carer_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carer_consent")),
    )
    running = sa.text("ended_at is null")
    op.create_index(
        "uq_carer_consent_running",
        "carer_consent",
        ["person_id", "member_id", "agreed"],
        unique=True,
        postgresql_where=running,
    )
    op.create_index(
        "ix_carer_consent_ask_at",
        "carer_consent",
        ["ask_at"],
        postgresql_where=sa.text("ended_at is null and ask_at is not null"),
    )


def downgrade() -> None:
    for table in ("carer_consent", "carer_check_in"):
        op.drop_table(table)
