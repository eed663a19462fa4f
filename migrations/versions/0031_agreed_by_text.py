"""Column: the patient's own reply by which they agreed to be asked by text, and the words it agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

WORDING = ("wording_id", "wording_version", "wording_language")


def upgrade() -> None:
    op.add_column("text_programme", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("text_programme", sa.Column("wording_id", sa.String(), nullable=True))
    op.add_column("text_programme", sa.Column("wording_version", sa.Integer(), nullable=True))
    op.add_column("text_programme", sa.Column("wording_language", sa.String(), nullable=True))
    # Who was asked by text before the words were kept goes on being asked; version 0 says that none were kept.
    op.execute(
        "update text_programme set agreed_at = created_at, wording_id = 'texts.asked', wording_version = 0,"
        " wording_language = 'en'"
    )
    for name in WORDING:
        op.alter_column("text_programme", name, nullable=False)


def downgrade() -> None:
    for name in (*WORDING, "agreed_at"):
        op.drop_column("text_programme", name)
