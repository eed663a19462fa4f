"""Tables: the feed of a patient."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# In the order in which they can be made; each has a patient.
TABLES = ("post", "post_version", "post_photo", "post_reaction", "post_seen", "post_report")
# Facts that nobody changes, with what is sealed in them: that is sealed anew when the keys are rotated.
APPEND_ONLY = {
    "post_version": "body_sealed",
    "post_seen": "",
    "post_report": "reason_sealed",
}


def upgrade() -> None:
    post()
    post_checks()
    post_version()
    post_photo()
    post_reaction()
    post_seen()
    post_report()
    for table in TABLES:
        op.execute(f"call kith_protect('{table}')")
        op.execute(f"grant delete on {table} to kith_worker")
    for table, sealed in APPEND_ONLY.items():
        op.execute(f"revoke update on {table} from kith_app, kith_worker")
        if sealed:
            op.execute(f"grant update ({sealed}) on {table} to kith_worker")


def post() -> None:
    op.create_table(
        "post",
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_role", sa.String(), nullable=True),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["acting_for_id"], ["acting_for.id"], name=op.f("fk_post_acting_for_id")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_post_author_id")),
        sa.ForeignKeyConstraint(["deleted_by"], ["person.id"], name=op.f("fk_post_deleted_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_post_organisation_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["post.id"], name=op.f("fk_post_parent_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_post_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("patient_id", "client_id", name=op.f("uq_post_patient_id_client_id")),
    )
    op.create_index(
        "ix_post_feed", "post", ["patient_id", "created_at", "id"], postgresql_where=sa.text("parent_id is null")
    )
    op.create_index(
        "ix_post_parent_id", "post", ["parent_id", "created_at"], postgresql_where=sa.text("parent_id is not null")
    )
    op.create_index(
        "uq_post_about", "post", ["about", "about_id"], unique=True, postgresql_where=sa.text("about is not null")
    )


def post_checks() -> None:
    op.create_check_constraint(op.f("ck_post_about"), "post", "(about is null) = (about_id is null)")
    op.create_check_constraint(
        op.f("ck_post_category"),
        "post",
        "category in ('readings', 'medicines', 'visits', 'goals', 'ratings', 'plan', 'messages')",
    )
    op.create_check_constraint(op.f("ck_post_channel"), "post", "channel in ('app', 'page', 'sms', 'kith')")
    op.create_check_constraint(op.f("ck_post_somebody"), "post", "(author_id is null) = (channel = 'kith')")


def post_version() -> None:
    op.create_table(
        "post_version",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_post_version_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_post_version_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_post_version_patient_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_version_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_version")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_post_version_post_id_number")),
    )


def post_photo() -> None:
    op.create_table(
        "post_photo",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_post_photo_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_post_photo_patient_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_photo_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_photo")),
        sa.UniqueConstraint("post_id", name=op.f("uq_post_photo_post_id")),
    )


def post_reaction() -> None:
    op.create_table(
        "post_reaction",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('heart', 'thanks', 'hug', 'smile', 'thinking_of_you')", name=op.f("ck_post_reaction_kind")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_post_reaction_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_post_reaction_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_reaction_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_reaction_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_reaction")),
        sa.UniqueConstraint("post_id", "person_id", name=op.f("uq_post_reaction_post_id_person_id")),
    )


def post_seen() -> None:
    op.create_table(
        "post_seen",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_post_seen_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_post_seen_patient_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_seen_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_seen_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_seen")),
        sa.UniqueConstraint("post_id", "person_id", name=op.f("uq_post_seen_post_id_person_id")),
    )


def post_report() -> None:
    op.create_table(
        "post_report",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_post_report_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_post_report_organisation_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_post_report_patient_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_report_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_report")),
        sa.UniqueConstraint("post_id", "by", name=op.f("uq_post_report_post_id_by")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
