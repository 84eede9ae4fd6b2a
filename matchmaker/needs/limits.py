"""Limits of a need, defined once for services, forms and messages."""

LONGEST_DESCRIPTION = 300  # characters
LONGEST_REASON = 300  # characters
TIERS = (1, 2, 3)  # urgency: 1 is danger
LATEST_REPLY_MONTHS = 6
MOST_AT_ONCE = 25  # needs verified together: one page of the queue
