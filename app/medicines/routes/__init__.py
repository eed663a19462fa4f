"""The API of medicines: the list, when they are taken, doses and what is said of them."""

from app.medicines.routes import adherence, calendars, days, doses, importing, listing, stock

ALL = (listing.routes, doses.routes, days.routes, stock.routes, adherence.routes, importing.routes, calendars.routes)
