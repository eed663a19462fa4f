"""Indexes by patient: a record is read, copied, moved and deleted by its patient, table by table."""

from migrations import concurrently

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# Each of these has some rows a patient and was found by another key only, or by patient only while something runs.
# Those left without one stand in tests/architecture/test_found_by_patient.py, with why.
TABLES = (
    # access
    "circle_member", "acting_for", "acting_review", "ending_notice", "emergency_access", "shared_care",
    # care
    "todo", "monitoring_plan", "personal_limit", "hidden_reading", "alert_event", "text_programme",
    # medicines
    "medicine_event", "schedule", "dose_watch", "dose_telling", "stock_count", "refill_nudge", "calendar_feed",
    # the circle
    "post_version", "post_photo", "post_reaction", "post_seen", "post_report", "thread_event", "thread_seen",
    "visit_reading", "handover_read", "arrival_code", "help_asked", "help_event", "circle_calendar", "digest_item",
    # goals and ratings
    "goal_step", "goal_review", "goal_event", "rating_course",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        concurrently.build(f"ix_{table}_patient_id", table, "patient_id")


def downgrade() -> None:
    for table in TABLES:
        concurrently.drop(f"ix_{table}_patient_id", table)
