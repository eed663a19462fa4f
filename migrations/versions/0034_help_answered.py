"""When it is told that nobody takes what the circle was asked for; how somebody wants to be told of help, by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("help_request", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    is_set = sa.text("answer_by is not null")
    op.create_index("ix_help_request_answer_by", "help_request", ["answer_by"], postgresql_where=is_set)
    telling_choice()


def telling_choice() -> None:
    """Whoever chose how to be told of messages chose it for help too: it stays so until they choose otherwise."""
    op.execute(
        "insert into telling_choice (id, created_at, person_id, category, how)"
        " select uuidv7(), created_at, person_id, 'help', how from telling_choice where category = 'messages'"
        " on conflict (person_id, category) do nothing"
    )


def downgrade() -> None:
    op.execute("delete from telling_choice where category = 'help'")
    op.drop_index("ix_help_request_answer_by", "help_request")
    op.drop_column("help_request", "answer_by")
