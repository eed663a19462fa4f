"""Tables: patients and todos."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _patient()
    _patient_indexes()
    _circle_member()
    _todo()
    _circle_grant()


def downgrade() -> None:
    op.drop_table("circle_grant")
    op.drop_table("todo")
    op.drop_table("circle_member")
    op.drop_table("patient")


def _patient() -> None:
    op.create_table(
        "patient",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("coordinator_id", sa.Uuid(), nullable=False),
        sa.Column("coordinator_role", sa.String(), nullable=False),
        sa.Column("nhs_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("nhs_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("is_pregnant", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("communication_needs_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("allergies_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("conditions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_patient_constraints(),
    )


def _patient_constraints() -> list[sa.Constraint]:
    return [
        sa.CheckConstraint("coordinator_role = 'coordinator'", name=op.f("ck_patient_coordinator_role")),
        sa.CheckConstraint(
            "ended_reason is null or ended_reason in ('died', 'moved', 'discharged', 'declined')",
            name=op.f("ck_patient_ended_reason"),
        ),
        sa.CheckConstraint("(ended_at is null) = (ended_reason is null)", name=op.f("ck_patient_ended_with_reason")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_patient_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_patient_person_id")),
        sa.ForeignKeyConstraint(
            ["team_id", "coordinator_id", "coordinator_role"],
            ["membership.team_id", "membership.person_id", "membership.role"],
            name=op.f("fk_patient_team_id_coordinator_id_coordinator_role"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_patient_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint(
            "organisation_id", "nhs_number_index", name=op.f("uq_patient_organisation_id_nhs_number_index")
        ),
    ]


def _patient_indexes() -> None:
    op.create_index("ix_patient_person_id", "patient", ["person_id"], unique=False)
    op.create_index(
        "ix_patient_team_id", "patient", ["team_id"], unique=False, postgresql_where=sa.text("ended_at is null")
    )


def _circle_member() -> None:
    op.create_table(
        "circle_member",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role in ('member', 'visitor', 'service')", name=op.f("ck_circle_member_role")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_circle_member_added_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_circle_member_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_circle_member_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_circle_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_member")),
    )
    op.create_index("ix_circle_member_person_id", "circle_member", ["person_id"], unique=False)
    op.create_index(
        "uq_circle_member_running",
        "circle_member",
        ["patient_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )


def _todo() -> None:
    op.create_table(
        "todo",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(done_at is null) = (done_by is null)", name=op.f("ck_todo_done_by_somebody")),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name=op.f("fk_todo_done_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_todo_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_todo_owner_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_todo_patient_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_todo_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todo")),
    )
    op.create_index(
        "ix_todo_team_id_due_at",
        "todo",
        ["team_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_index(
        "uq_todo_cause",
        "todo",
        ["patient_id", "kind", "cause"],
        unique=True,
        postgresql_where=sa.text("done_at is null"),
    )


def _circle_grant() -> None:
    op.create_table(
        "circle_grant",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "category in ('readings', 'medicines', 'visits', 'goals', 'ratings', 'plan', 'messages')",
            name=op.f("ck_circle_grant_category"),
        ),
        sa.CheckConstraint("\"right\" in ('see', 'be_told', 'act')", name=op.f("ck_circle_grant_right")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_circle_grant_given_by")),
        sa.ForeignKeyConstraint(["member_id"], ["circle_member.id"], name=op.f("fk_circle_grant_member_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_circle_grant_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_circle_grant_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_grant")),
    )
    op.create_index(
        "uq_circle_grant_running",
        "circle_grant",
        ["member_id", "category", "right"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
