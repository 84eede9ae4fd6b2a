"""Let the giver of a promise be asked until a day, reminded, and say no for a reason.

Promises of before have no such day: nobody is reminded of them and they do not expire.
"""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ADDED = (
    ("answer_by", sa.Date()),
    ("reminded_at", UTCDateTime()),
    ("answered_at", UTCDateTime()),
    ("decline_reason", sa.String(length=40)),
    ("freed_at", UTCDateTime()),
)


def upgrade() -> None:
    with op.batch_alter_table("promise") as table:
        for name, kind in _ADDED:
            table.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("promise") as table:
        for name, _kind in reversed(_ADDED):
            table.drop_column(name)
