"""The one page where everything is plugged together: blueprints, event handlers, jobs, commands, checks."""

from __future__ import annotations

import importlib
import importlib.util
from functools import partial

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.exc import SQLAlchemyError

from app.alerts import handlers as alert_handlers
from app.alerts import jobs as alert_jobs
from app.alerts import queries as alert_queries
from app.alerts import routes as alerts
from app.alerts.service import replies
from app.config import Misconfigured, Settings
from app.core import commands as core_commands
from app.core import doctor, events, operations, queue, rotation, rows, specification, wake
from app.core import jobs as core_jobs
from app.core.db import db
from app.core.operations import Check, Operations
from app.goals import handlers as goal_handlers
from app.goals import jobs as goal_jobs
from app.goals import routes as goals
from app.identity import commands as identity_commands
from app.identity import jobs as identity_jobs
from app.identity import queries as identity_queries
from app.identity import routes as identity
from app.medicines import handlers as medicine_handlers
from app.medicines import jobs as medicine_jobs
from app.medicines import routes as medicines
from app.medicines.events import DosesAnswered, DosesNotRecorded
from app.medicines.queries import reminders as reminder_queries
from app.messages import handlers as message_handlers
from app.messages import jobs as message_jobs
from app.messages import routes as messages
from app.notifications import checks as notification_checks
from app.notifications import handlers as notification_handlers
from app.notifications import jobs as notification_jobs
from app.notifications import queries as notification_queries
from app.notifications import routes as notification_routes
from app.notifications.channels import configured
from app.notifications.events import DeliveryFailed, InvitedTexted, TextReceived
from app.notifications.service import posting
from app.pathway import jobs as pathway_jobs
from app.pathway import routes as pathway
from app.pathway.queries import tied
from app.patients import commands as patient_commands
from app.patients import handlers as patient_handlers
from app.patients import jobs as patient_jobs
from app.patients import routes as patients
from app.patients.events import (
    AccessEnded,
    CareEnded,
    CareReopened,
    EmergencyOpened,
    EndingNear,
    GrantsEndedWithDuty,
    HandedOver,
    MemberLeft,
    MemberReturned,
    ZoneChanged,
)
from app.patients.queries import caseloads, consent
from app.patients.queries.directory import Directory
from app.programmes import handlers as programme_handlers
from app.programmes import jobs as programme_jobs
from app.programmes import routes as programmes
from app.programmes.service import resting
from app.protocols import commands as protocol_commands
from app.protocols import loader
from app.protocols import routes as protocol_routes
from app.protocols import service as protocols
from app.ratings import commands as rating_commands
from app.ratings import handlers as rating_handlers
from app.ratings import jobs as rating_jobs
from app.ratings import loader as instrument_loader
from app.ratings import routes as ratings
from app.ratings.queries import rated as rating_queries
from app.readings import commands as reading_commands
from app.readings import routes as readings
from app.readings.events import ReadingCorrected, ReadingsRecorded
from app.records import commands as record_commands
from app.records import jobs as record_jobs
from app.records import routes as records
from app.reports import routes as reports
from app.rules import vectors
from app.teams import commands as team_commands
from app.teams import queries as team_queries
from app.teams import routes as teams
from app.teams.events import DutyEnded
from app.texting import handlers as text_handlers
from app.texting import jobs as text_jobs
from app.todos import handlers as todo_handlers
from app.todos import routes as todos
from app.web import audiences, frame
from app.web.entrance import federated as login_pages
from app.web.sandbox import pages as sandbox


def assemble(app: Flask, settings: Settings) -> None:
    """Plug every slice into the app."""
    app.extensions["directory"] = Directory()
    app.extensions["coordinates"] = caseloads.coordinates
    app.extensions["visited"] = consent.visited_by
    app.extensions["works_in"] = team_queries.works_in
    app.extensions["given_a_role_at"] = team_queries.given_a_role_at
    app.extensions["operations"] = Operations(checks=list(operations.BASIC_CHECKS))
    app.extensions["reply_for"] = replies.reply_for
    app.extensions["findings_of"] = alert_queries.findings_of
    app.extensions["post"] = posting.post
    app.extensions["is_paused"] = resting.is_paused
    app.extensions["logins"] = login_pages.clients(settings.logins, settings.public_url)
    app.extensions["protocols"] = loader.load_all(protocols.FILES, vectors.judge)
    app.extensions["instruments"] = instrument_loader.load_all(settings.instruments)
    app.extensions["rated"] = rating_queries.scores_of_area
    app.extensions["plan_actions"] = tied.actions
    Migrate(app, db, directory=app.config["MIGRATIONS"], compare_type=True)
    _events()
    _work(app, settings)
    _routes(app)
    _pages(app, settings)
    _commands(app)
    _examinations(app, settings)
    _demo(app, settings)
    _fit_to_start(app, settings)


def _work(app: Flask, settings: Settings) -> None:
    """What is done outside requests, and how it is doing."""
    conninfo = wake.conninfo(settings.database_url)
    tasks = queue.Queue(app, conninfo)
    for name, task in (notification_jobs.TASKS | identity_jobs.TASKS | record_jobs.TASKS).items():
        tasks.declare(name, task)
    app.extensions["queue"] = tasks
    app.extensions["waker"] = wake.Waker(conninfo)
    app.extensions["channels"] = configured.by_name(settings)
    app.extensions["crews"] = lambda senders: (*notification_jobs.crews(senders), *medicine_jobs.CREWS)
    below = (core_jobs, identity_jobs, patient_jobs, notification_jobs, message_jobs)
    above = (programme_jobs, text_jobs, record_jobs)
    slices = (*below, medicine_jobs, goal_jobs, rating_jobs, alert_jobs, pathway_jobs, *above)
    app.extensions["jobs"] = tuple(job for jobs in slices for job in jobs.JOBS)
    told: Operations = app.extensions["operations"]
    told.checks.append(Check("queue age", notification_queries.queue_age_fault))
    told.checks.append(Check("reminders", reminder_queries.writing_fault))
    told.checks.append(Check("texts in", notification_queries.unhandled_fault, stops_traffic=False))
    told.checks.append(Check("channels", notification_queries.pause_fault, stops_traffic=False))
    told.gauges.extend((*notification_queries.GAUGES, *identity_queries.GAUGES))


def _events() -> None:
    events.subscribe(DutyEnded, patient_handlers.END_WITH_DUTY)
    events.subscribe(GrantsEndedWithDuty, todo_handlers.ask_about_visitor)
    events.subscribe(EndingNear, notification_handlers.WARN_OF_ENDING)
    events.subscribe(EndingNear, notification_handlers.ASK_FOR_REVIEW)
    events.subscribe(EndingNear, todo_handlers.review_acting)
    events.subscribe(MemberLeft, notification_handlers.TELL_OF_LEAVING)
    events.subscribe(MemberLeft, todo_handlers.ask_who_is_told)
    events.subscribe(MemberReturned, notification_handlers.TELL_OF_RETURN)
    events.subscribe(MemberReturned, todo_handlers.settle_who_is_told)
    events.subscribe(AccessEnded, notification_handlers.TELL_MEMBER)
    events.subscribe(EmergencyOpened, notification_handlers.TELL_OF_EMERGENCY)
    events.subscribe(EmergencyOpened, todo_handlers.speak_of_emergency)
    events.subscribe(HandedOver, todo_handlers.pass_on)
    events.subscribe(HandedOver, alert_handlers.PASS_ON)
    events.subscribe(HandedOver, message_handlers.MOVE_THREADS)
    events.subscribe(CareReopened, message_handlers.MOVE_THREADS)
    for changed in (CareEnded, CareReopened, ZoneChanged):
        events.subscribe(changed, message_handlers.REMAKE_VISITS)
    events.subscribe(CareEnded, message_handlers.CALL_HELP_OFF)
    for event in (AccessEnded, GrantsEndedWithDuty, MemberLeft):
        events.subscribe(event, message_handlers.REOPEN_LOST)
    for may_end in (AccessEnded, GrantsEndedWithDuty, MemberLeft, HandedOver, CareEnded):
        events.subscribe(may_end, goal_handlers.LET_GO)
    events.subscribe(CareEnded, medicine_handlers.FOLLOW_CARE)
    events.subscribe(CareReopened, medicine_handlers.FOLLOW_CARE)
    events.subscribe(ZoneChanged, medicine_handlers.FOLLOW_ZONE)
    events.subscribe(CareEnded, rating_handlers.END)
    events.subscribe(CareReopened, rating_handlers.OPEN_AGAIN)
    events.subscribe(CareEnded, programme_handlers.END)
    events.subscribe(ZoneChanged, programme_handlers.MOVE)
    events.subscribe(TextReceived, text_handlers.ANSWER_TEXT)
    events.subscribe(InvitedTexted, text_handlers.ANSWER_INVITED)
    events.subscribe(DosesAnswered, alert_handlers.JUDGE_DOSES)
    events.subscribe(DosesNotRecorded, alert_handlers.JUDGE_DOSES)
    events.subscribe(DeliveryFailed, alert_handlers.ESCALATE)
    events.subscribe(ReadingsRecorded, alert_handlers.JUDGE)
    events.subscribe(ReadingCorrected, alert_handlers.WITHDRAW)


def _routes(app: Flask) -> None:
    api = app.extensions["api"] = specification.make_api(app)
    others = (todos, readings, protocol_routes, alerts, pathway, programmes, reports)
    slices = (identity, teams, patients, notification_routes, messages, medicines, goals, ratings, records)
    for routes in (*(each for one in slices for each in one.ALL), *(edge.routes for edge in others)):
        api.register_blueprint(routes)


def _pages(app: Flask, settings: Settings) -> None:
    frame.register(app)
    for pages in audiences.ALL:
        app.register_blueprint(pages)
    if settings.sms_channel == "sandbox":
        app.register_blueprint(sandbox.pages)


def _commands(app: Flask) -> None:
    mine = (
        identity_commands.set_password,
        identity_commands.reopen_account,
        team_commands.create_admin,
        patient_commands.patients,
        protocol_commands.protocols,
        rating_commands.instruments,
        record_commands.audit,
        record_commands.retention,
    )
    for command in (
        *mine,
        reading_commands.readings,
        core_commands.work,
        core_commands.write_api_spec,
        core_commands.examine,
        core_commands.rotate_keys,
    ):
        app.cli.add_command(command)


def _examinations(app: Flask, settings: Settings) -> None:
    """What `flask doctor` looks at besides the checks of `/readyz`."""
    told: Operations = app.extensions["operations"]
    told.examinations += [
        Check("server", doctor.old_server),
        Check("clock", doctor.clock_skew),
        Check("indexes", doctor.broken_indexes),
        Check("keys", rotation.unknown_keys),
        Check("worker role", partial(doctor.other_role, wake.conninfo(settings.worker_database_url))),
        Check("texts", notification_checks.settings_fault),
        Check("languages", notification_checks.languages_fault),
        Check("callbacks", notification_checks.callback_fault),
        Check("protocols", protocols.approval_fault),
    ]


def _demo(app: Flask, settings: Settings) -> None:
    """The demo, where its folder is there and no patient is real."""
    if settings.is_production or not importlib.util.find_spec("app.demo"):
        return
    commands = importlib.import_module("app.demo.commands")
    if settings.kind == "demo":
        app.extensions["demo_people"] = importlib.import_module("app.demo.people").sign_ins()
        app.extensions["demo_code"] = importlib.import_module("app.demo.codes").current_code
        app.cli.add_command(commands.demo_code)
    for command in (commands.up, commands.reset_demo, commands.demo_year):
        app.cli.add_command(command)


def _fit_to_start(app: Flask, settings: Settings) -> None:
    """Refuse to start in a role that row-level security does not hold, or in production on a demo's data."""
    with app.app_context():
        try:
            rows.told(rows.SERVICE)  # a demo's texts belong to its patients
            fault = operations.humble_role()
            is_a_demo = settings.is_production and notification_queries.holds_sandbox_texts()
        except SQLAlchemyError:
            return  # no database yet, or no tables: /readyz says so
        finally:
            db.session.remove()
            db.engine.dispose()  # servers that fork after this must not share a connection
    if fault:
        raise Misconfigured(f"DATABASE_URL names a role that is too mighty. {fault}")
    if is_a_demo:
        raise Misconfigured(
            "This database holds texts of a sandbox, so it is a demo's: give production one of its own."
        )
