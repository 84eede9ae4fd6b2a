"""Keep when the recipient agreed to help, apart from the digits that show that it came."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# What was agreed before has its digits; when it was says the event, else the giver's answer.
_FILL = """
    UPDATE promise SET agreed_at = COALESCE(
        (SELECT max(audit_event.at) FROM audit_event
         WHERE audit_event.action = 'promise.agree'
         AND audit_event.subject_type = 'promise' AND audit_event.subject_id = promise.id),
        answered_at, reported_at)
    WHERE code IS NOT NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("promise") as table:
        table.add_column(sa.Column("agreed_at", UTCDateTime(), nullable=True))
    op.execute(_FILL)


def downgrade() -> None:
    # Digits that were given before a yes would read as agreed to.
    op.execute("UPDATE promise SET code = NULL WHERE agreed_at IS NULL")
    with op.batch_alter_table("promise") as table:
        table.drop_column("agreed_at")
