"""Tables: what was agreed in which words, by whom and on whose behalf, how it ended, and who was warned of an end."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WORDED = ("circle_grant", "acting_for")


def upgrade() -> None:
    _circle_member()
    _circle_grant()
    _wordings()
    _acting_review()
    _ending_notice()


def downgrade() -> None:
    op.drop_table("ending_notice")
    op.drop_table("acting_review")
    for table in WORDED:
        for column in ("wording_id", "wording_version", "wording_language"):
            op.drop_column(table, column)
    op.drop_index("ix_circle_grant_ending", "circle_grant")
    op.drop_index("ix_circle_grant_patient_id", "circle_grant")
    op.drop_constraint(op.f("ck_circle_grant_ended_why"), "circle_grant")
    for column in ("acting_for_id", "ended_by", "ended_acting_for_id", "ended_why"):
        op.drop_column("circle_grant", column)
    op.drop_constraint(op.f("ck_circle_member_ended_why"), "circle_member")
    for column in ("acting_for_id", "ended_by", "ended_acting_for_id", "ended_why", "version"):
        op.drop_column("circle_member", column)


def _to(table: str, column: str, target: str) -> None:
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"])


def _endings(table: str, reasons: str) -> None:
    """Who ended it, on whose behalf, and why."""
    _to(table, "acting_for_id", "acting_for")
    _to(table, "ended_by", "person")
    _to(table, "ended_acting_for_id", "acting_for")
    op.add_column(table, sa.Column("ended_why", sa.String(), nullable=True))
    op.execute(f"update {table} set ended_why = 'ended' where ended_at is not null")  # noqa: S608  a name of ours
    check = f"(ended_at is null) = (ended_why is null) and (ended_why is null or ended_why in ({reasons}))"
    op.create_check_constraint(op.f(f"ck_{table}_ended_why"), table, check)


def _circle_member() -> None:
    _endings("circle_member", "'ended', 'left'")
    op.add_column("circle_member", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("circle_member", "version", server_default=None)


def _circle_grant() -> None:
    _endings("circle_grant", "'ended', 'given_again', 'left', 'changed', 'duty'")
    op.create_index("ix_circle_grant_patient_id", "circle_grant", ["patient_id", "created_at"])
    op.create_index("ix_circle_grant_ending", "circle_grant", ["ends_on"], postgresql_where=sa.text("ended_at is null"))


def _wordings() -> None:
    # Version 0: given before its words were kept.
    for table, column in zip(WORDED, ("category || '.' || \"right\"", "'acting.' || basis"), strict=True):
        op.add_column(table, sa.Column("wording_id", sa.String(), nullable=True))
        op.add_column(table, sa.Column("wording_version", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("wording_language", sa.String(), nullable=True))
        op.execute(f"update {table} set wording_id = {column}, wording_version = 0, wording_language = 'en'")  # noqa: S608
        for name in ("wording_id", "wording_version", "wording_language"):
            op.alter_column(table, name, nullable=False)


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _acting_review() -> None:
    op.create_table(
        "acting_review",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("acting_for_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _key("acting_review", "organisation_id", "organisation"),
        _key("acting_review", "patient_id", "patient"),
        _key("acting_review", "acting_for_id", "acting_for"),
        _key("acting_review", "reviewed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acting_review")),
    )
    op.create_index("ix_acting_review_acting_for_id", "acting_review", ["acting_for_id"])
    op.execute("revoke update, delete on acting_review from kith_app, kith_worker")


def _ending_notice() -> None:
    op.create_table(
        "ending_notice",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject in ('member', 'acting')", name=op.f("ck_ending_notice_subject")),
        _key("ending_notice", "organisation_id", "organisation"),
        _key("ending_notice", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ending_notice")),
        sa.UniqueConstraint(
            "subject_id", "ends_on", "days_before", name=op.f("uq_ending_notice_subject_id_ends_on_days_before")
        ),
    )
    op.execute("revoke update, delete on ending_notice from kith_app, kith_worker")
