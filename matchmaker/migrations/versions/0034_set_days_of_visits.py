"""Give a visit its day and hour, and another that one side asks for.

Visits of before get theirs from the clock, while one of their days is still to come.
"""

import sqlalchemy as sa
from alembic import op


revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ADDED = (
    ("day", sa.Date()),
    ("minute", sa.Integer()),
    ("new_day", sa.Date()),
    ("new_minute", sa.Integer()),
    ("new_by", sa.String(length=40)),
)


def upgrade() -> None:
    with op.batch_alter_table("promise") as table:
        for name, kind in _ADDED:
            table.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("promise") as table:
        for name, _kind in reversed(_ADDED):
            table.drop_column(name)
