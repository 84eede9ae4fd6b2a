"""How long what is typed about an organisation may be, in characters."""

LONGEST_NAME_ZH = 120
LONGEST_NAME_EN = 160
LONGEST_REASON = 300
LONGEST_CONTACT_NAME = 80
