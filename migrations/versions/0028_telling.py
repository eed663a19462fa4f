"""Tables: how and when people want to be told, and what they are told together."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    telling_choice()
    telling_manner()
    digest_item()
    op.execute("call kith_protect('digest_item')")
    for table in ("telling_choice", "telling_manner", "digest_item"):
        op.execute(f"grant delete on {table} to kith_worker")
    op.execute("grant delete on telling_choice to kith_app")  # as usual again


def telling_choice() -> None:
    op.create_table(
        "telling_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "how in ('at_once', 'morning', 'evening', 'weekly', 'none')", name=op.f("ck_telling_choice_how")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_telling_choice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling_choice")),
        sa.UniqueConstraint("person_id", "category", name=op.f("uq_telling_choice_person_id_category")),
    )


def telling_manner() -> None:
    op.create_table(
        "telling_manner",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("muted_until", INSTANT, nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("detail in ('least', 'usual', 'words')", name=op.f("ck_telling_manner_detail")),
        sa.CheckConstraint("(quiet_from is null) = (quiet_until is null)", name=op.f("ck_telling_manner_quiet")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_telling_manner_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling_manner")),
        sa.UniqueConstraint("person_id", name=op.f("uq_telling_manner_person_id")),
    )


def digest_item() -> None:
    op.create_table(
        "digest_item",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_digest_item_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_digest_item_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_item")),
    )
    waiting = sa.text("told_at is null")
    same = ["person_id", "about_id", "template"]
    op.create_index("uq_digest_item_waiting", "digest_item", same, unique=True, postgresql_where=waiting)
    op.create_index("ix_digest_item_due_at", "digest_item", ["due_at"], postgresql_where=waiting)


def downgrade() -> None:
    for table in ("digest_item", "telling_manner", "telling_choice"):
        op.drop_table(table)
