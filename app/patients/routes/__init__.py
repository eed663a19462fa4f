"""The API of patients: their records, their circle, who acts for them, and who I am."""

from app.patients.routes import acting, circle, emergency, invitations, me, record, shared_care

ALL = (record.routes, circle.routes, acting.routes, me.routes, shared_care.routes, emergency.routes, invitations.routes)
