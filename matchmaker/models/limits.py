"""Maximum lengths of texts and bounds of numbers, each defined once.

Columns, forms and services use the same constant, and the sentence about a refused value gets it
from the service. Lengths are in characters.
"""

# What people write about a need, an offer or a decision.
LONGEST_DESCRIPTION = 300  # of a need
LONGEST_TITLE = 120  # of an offer
LONGEST_REMARK = 160  # of an offer, for the person who is helped
LONGEST_REASON = 300  # for a return, withdrawal, pin or forbid

# Names and addresses.
LONGEST_REFERENCE = 20  # of a resident, household, volunteer, need or pairing
LONGEST_LOT = 16  # the random name that a row draws under
LONGEST_KEY = 32  # a random key, hexadecimal
LONGEST_PERSON_NAME = 80  # of an account, a volunteer or a contact person
LONGEST_FULL_NAME = 40  # of a resident; kept encrypted
LONGEST_DISPLAY_NAME = 40  # surname and title of a resident
LONGEST_BLOCK = 40
LONGEST_HOME_ADDRESS = 200  # kept encrypted
LONGEST_EVIDENCE = 200  # of a recipient status
LONGEST_ORGANISATION_NAME_ZH = 120
LONGEST_ORGANISATION_NAME_EN = 160
LONGEST_ORGANISATION_SORT_KEY = 200
LONGEST_VOLUNTEER_SORT_KEY = 120
LONGEST_PLACE_NAME = 80
LONGEST_PLACE_ADDRESS = 200  # of a place or an organisation: for everybody who goes there
LONGEST_OPENING_HOURS = 120
LONGEST_PUBLIC_PHONE = 20  # of an office, as it is kept

# Rounds and evidence.
LONGEST_NOTICE_NUMBER = 40  # of the yearly notice of public holidays
LONGEST_SEED_RULE = 300
LONGEST_DRAW_NUMBER = 7  # digits
LONGEST_PUBLIC_VALUE = 120
LONGEST_ACTION = 60  # code of an audit event
LONGEST_LOCATION = 300  # the page that an accepted form led to

MOST_KEPT_CHARACTERS = 65_536  # of a form that was sent after its session had ended

TIERS = (1, 2, 3)  # urgency of a need: 1 is danger
MOST_PHOTO_BYTES = 6 * 1024 * 1024  # of a file as it is sent
