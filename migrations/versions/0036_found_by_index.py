"""Indexes for what is looked for each minute, or by anybody: claimed threads, repeats, invitations, help taken."""

from migrations import concurrently

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# Index, table, column, and of which rows.
PARTIAL = (
    ("ix_help_event_claimed", "help_event", "created_at", "kind = 'claimed'"),
    ("ix_thread_claimed_by", "thread", "claimed_by", "claimed_by is not null"),
    ("ix_invitation_waiting", "invitation", "contact_index", "state = 'waiting'"),
    (
        "ix_finding_repeat_until", "finding", "repeat_until",
        "repeat_until is not null and is_confirmed is null and withdrawn_at is null",
    ),
)  # fmt: skip


def upgrade() -> None:
    for name, table, column, which in PARTIAL:
        concurrently.build(name, table, column, where=which)


def downgrade() -> None:
    for name, table, _, _ in PARTIAL:
        concurrently.drop(name, table)
