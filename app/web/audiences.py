"""Every page, by audience, for assembly to plug in; the sandbox's only where nothing leaves for the world."""

from __future__ import annotations

from app.web import admin
from app.web.circle import pages as circles
from app.web.coordinator import account as account_page
from app.web.coordinator import actions as console_actions
from app.web.coordinator import ask_circle, figures
from app.web.coordinator import asked_by_text as console_texts
from app.web.coordinator import carers as console_carers
from app.web.coordinator import emergency as emergency_pages
from app.web.coordinator import goals as console_goals
from app.web.coordinator import inbox as inbox_pages
from app.web.coordinator import medicines as console_medicines
from app.web.coordinator import pages as coordinator
from app.web.coordinator import visit_plans as console_visit_plans
from app.web.coordinator import wheel as console_wheel
from app.web.entrance import codes as code_pages
from app.web.entrance import federated as login_pages
from app.web.entrance import invitations as joining_pages
from app.web.entrance import pages as entrance
from app.web.entrance import second_factor, shared
from app.web.me import contacts as own_contacts
from app.web.me import how_i_am as own_check_in
from app.web.me import pages as own_sign_in
from app.web.me import push as own_push
from app.web.me import records as own_record
from app.web.me import set_up as own_set_up
from app.web.me import telling as own_telling
from app.web.me import unsent as own_unsent
from app.web.operators import pages as operators
from app.web.patient import access_log as access_log_page
from app.web.patient import acting as acting_pages
from app.web.patient import actions as my_actions
from app.web.patient import asked_by_text as my_texts
from app.web.patient import (
    at_door,
    doses,
    doses_recorded,
    goals_adding,
    goals_changing,
    goals_steps,
    help_asking,
    help_calendar,
    medicine_change,
    medicine_new,
    medicine_schedule,
    medicine_stock,
    my_day,
    ratings_unsent,
    visit_plans,
    visits_unsent,
)
from app.web.patient import circle as patient_circle
from app.web.patient import feed as feed_pages
from app.web.patient import goals as my_goals
from app.web.patient import granting as granting_pages
from app.web.patient import help as help_pages
from app.web.patient import invitations as circle_invitations
from app.web.patient import medicines as medicine_pages
from app.web.patient import pages as patient_pages
from app.web.patient import threads as thread_pages
from app.web.patient import visits as visit_pages
from app.web.patient import wheel as my_wheel

_ENTRANCE = (entrance, code_pages, login_pages, second_factor, shared, joining_pages)
_OWN = (own_sign_in, own_contacts, own_telling, own_push, own_set_up, own_record, own_unsent)
_CIRCLE = (patient_circle, circle_invitations, granting_pages, acting_pages, circles, feed_pages, thread_pages)
_HELP = (help_pages, help_asking, help_calendar, ask_circle)
_VISITS = (visit_pages, visit_plans, visits_unsent, at_door, console_visit_plans)
_MEDICINES = (
    medicine_pages, medicine_new, medicine_change, medicine_schedule, medicine_stock, doses, doses_recorded, my_day,
    console_medicines,
)  # fmt: skip
_TEXTS = (my_texts, console_texts, own_check_in, console_carers)
_GOALS = (my_goals, goals_adding, goals_changing, goals_steps, console_goals)
_LIFE = (my_wheel, ratings_unsent, console_wheel, figures, my_actions, console_actions, *_GOALS)
_OTHERS = (patient_pages, coordinator, inbox_pages, operators)

ALL = (
    *(one.pages for one in (*_ENTRANCE, *_OTHERS, *_OWN, *_CIRCLE, *_HELP, *_VISITS, *_MEDICINES, *_LIFE, *_TEXTS)),
    *admin.ALL,
    visit_plans.plans,
    access_log_page.page,
    emergency_pages.page,
    account_page.page,
)
