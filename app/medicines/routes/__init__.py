"""The API of medicines: the list, when they are taken, doses and what is said of them."""

from app.medicines.routes import days, doses, listing

ALL = (listing.routes, doses.routes, days.routes)
