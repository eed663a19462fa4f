"""Tests mirror app/; journeys, factories and the people live beside them."""
