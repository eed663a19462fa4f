"""Row-level security: every row about a patient is reached only by a transaction that says for whom it works."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# What a transaction said (app/core/rows.py); nothing said is nothing reached.
WORDS = """
create function kith_service() returns boolean language sql stable parallel safe
  return coalesce(current_setting('kith.service', true), '') = 'on';
create function kith_person() returns uuid language sql stable parallel safe
  return nullif(current_setting('kith.person', true), '')::uuid;
create function kith_organisations() returns uuid[] language sql stable parallel safe
  return nullif(current_setting('kith.organisations', true), '')::uuid[];
create function kith_patients() returns uuid[] language sql stable parallel safe
  return nullif(current_setting('kith.patients', true), '')::uuid[];
create function kith_teams() returns uuid[] language sql stable parallel safe
  return nullif(current_setting('kith.teams', true), '')::uuid[];
create function kith_whole() returns uuid[] language sql stable parallel safe
  return nullif(current_setting('kith.whole', true), '')::uuid[];
"""
# What the guard asks before anybody is admitted, and what policies ask of each other without going round in circles:
# views of the owner, with ids and days and nothing else of a record. Nothing can be written through them.
VIEWS = """
create view guard_patient as
  select id, organisation_id, person_id, team_id, coordinator_id, zone, enrolled_at, ended_at, restricted_at
  from patient;
create view guard_member as select id, patient_id, person_id, role, ended_at from circle_member;
create view guard_grant as select member_id, category, "right", ends_on, ended_at from circle_grant;
create view guard_acting as select patient_id, person_id, scopes, review_on, ended_at from acting_for;
create view guard_emergency as select patient_id, person_id, ends_at from emergency_access;
create view guard_shared as select patient_id, team_id, ends_on, ended_at from shared_care;
"""
VIEW_NAMES = ("guard_patient", "guard_member", "guard_grant", "guard_acting", "guard_emergency", "guard_shared")
# A record by its ids, by its team or organisation, or one's own. The cheap words come first; the last is asked only
# where they did not hold.
PATIENT = """(select kith_service())
  or (patient_id = any((select kith_patients())::uuid[])
      and organisation_id = any((select kith_organisations())::uuid[]))
  or exists (select from guard_patient p where p.id = patient_id and (p.team_id = any((select kith_teams())::uuid[])
       or p.organisation_id = any((select kith_whole())::uuid[]) or p.person_id = (select kith_person())))"""
# For later migrations: call kith_protect('medicine'), or with a condition of its own that opens a row besides.
PROTECT = f"""
create procedure kith_protect(name text, besides text default 'false', adding text default 'false') language plpgsql
as $body$
begin
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  execute format('create policy owner on %I to current_user using (true) with check (true)', name);
  execute format('create policy reached on %I to kith_app, kith_worker using (%s or %s) with check (%s or %s or %s)',
    name, besides, $policy${PATIENT}$policy$, besides, $policy${PATIENT}$policy$, adding);
end $body$;
revoke all on procedure kith_protect from public;
"""
TEAM = "team_id = any((select kith_teams())::uuid[])"
OWN = "person_id = (select kith_person())"
# What opens a row besides its patient: who it is about, whose team it is, whom it is for.
BESIDES = {
    "circle_member": OWN,
    "circle_grant": "exists (select from guard_member m where m.id = member_id and m." + OWN + ")",
    "acting_for": OWN,
    "emergency_access": OWN,
    "shared_care": TEAM,
    "alert": TEAM,
    "todo": TEAM,
    "audit_entry": "organisation_id = any((select kith_whole())::uuid[])"
    " or (patient_ids && (select kith_patients())::uuid[])",
    "delivery": "recipient_id = (select kith_person())",
    "invitation": "invited_by = (select kith_person()) or person_id = (select kith_person())"
    " or (team_id is not null and organisation_id = any((select kith_organisations())::uuid[]))",
    "record_export": "asked_by = (select kith_person())",
    "legal_hold": "organisation_id = any((select kith_whole())::uuid[])",
}
# What may be added although no patient is reached: the refusal of a stranger, a code for somebody signing in.
ADDING = {"audit_entry": "true", "delivery": "patient_id is null"}
# A patient is their own record; its table names itself `id`.
RECORD = """(select kith_service()) or person_id = (select kith_person())
  or (id = any((select kith_patients())::uuid[]) and organisation_id = any((select kith_organisations())::uuid[]))
  or team_id = any((select kith_teams())::uuid[]) or organisation_id = any((select kith_whole())::uuid[])
  or exists (select from guard_member m where m.patient_id = patient.id and m.person_id = (select kith_person())
       and m.ended_at is null)
  or exists (select from guard_acting a where a.patient_id = patient.id and a.person_id = (select kith_person())
       and a.ended_at is null)
  or exists (select from guard_shared s where s.patient_id = patient.id and s.ended_at is null
       and s.team_id = any((select kith_teams())::uuid[]))"""
TABLES = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attname = 'patient_id' and not a.attisdropped
where n.nspname = 'public' and c.relkind = 'r' order by 1
"""


def upgrade() -> None:
    op.execute(WORDS)
    op.execute(VIEWS)
    op.execute(f"revoke insert, update, delete on {', '.join(VIEW_NAMES)} from kith_app, kith_worker")
    op.execute(PROTECT)
    for table in _tables():
        besides, adding = BESIDES.get(table, "false"), ADDING.get(table, "false")
        op.execute(f"call kith_protect('{table}', $besides${besides}$besides$, $adding${adding}$adding$)")
    op.execute("alter table patient enable row level security")
    op.execute("alter table patient force row level security")
    op.execute("create policy owner on patient to current_user using (true) with check (true)")
    op.execute(f"create policy reached on patient to kith_app, kith_worker using ({RECORD}) with check ({RECORD})")


def downgrade() -> None:
    for table in (*_tables(), "patient"):
        op.execute(f"drop policy reached on {table}")
        op.execute(f"drop policy owner on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
    op.execute("drop procedure kith_protect")
    op.execute(f"drop view {', '.join(VIEW_NAMES)}")
    for word in ("service", "person", "organisations", "patients", "teams", "whole"):
        op.execute(f"drop function kith_{word}")


def _tables() -> list[str]:
    return [name for (name,) in op.get_bind().exec_driver_sql(TABLES)]
