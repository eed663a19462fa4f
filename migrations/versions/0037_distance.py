"""Table: how far ratings have come, one row a patient, instrument and voice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NAME = "rating_distance"


def upgrade() -> None:
    op.create_table(
        NAME,
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("voice", sa.String(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("last", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("voice in ('patient', 'together', 'team')", name=op.f("ck_rating_distance_voice")),
        sa.CheckConstraint(
            "cardinality(areas) = cardinality(first) and cardinality(areas) = cardinality(last)",
            name=op.f("ck_rating_distance_areas"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_rating_distance_organisation_id")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rating_distance_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_distance")),
        sa.UniqueConstraint("patient_id", "code", "voice", name=op.f("uq_rating_distance_patient_id_code_voice")),
    )
    op.execute(f"call kith_protect('{NAME}')")
    op.execute(f"grant delete on {NAME} to kith_worker")


def downgrade() -> None:
    op.drop_table(NAME)
