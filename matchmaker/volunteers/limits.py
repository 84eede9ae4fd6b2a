"""Limits of what is typed about a volunteer."""

LONGEST_NAME = 80  # characters
MOST_VISITS_PER_MONTH = 24  # one in each slot of a month
