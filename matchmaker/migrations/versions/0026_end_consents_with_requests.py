"""Say for whom a consent was given, and end it with its request."""

import sqlalchemy as sa
from alembic import op

from matchmaker.models.columns import UTCDateTime


revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BEFORE, AFTER = "code, e.g. post_need", "code: keep_contact, own_request, request_on_behalf"
# A consent of a request that is over ended when that was recorded; a merge closes a request too.
END = """
UPDATE consent SET ended_at = (
    SELECT max(audit_event.at) FROM audit_event
    JOIN need ON need.id = audit_event.subject_id
    WHERE audit_event.subject_type = 'need' AND need.consent_id = consent.id
    AND audit_event.action IN ('need.withdraw', 'need.merge')
    AND need.state IN ('withdrawn', 'closed')
)
WHERE withdrawn_at IS NULL
"""


def upgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.add_column(sa.Column("ended_at", UTCDateTime(), nullable=True))
        table.alter_column(
            "purpose",
            existing_type=sa.String(length=40),
            existing_nullable=False,
            existing_comment=BEFORE,
            comment=AFTER,
        )
    op.execute(
        "UPDATE consent SET purpose = CASE channel WHEN 'online' THEN 'own_request'"
        " ELSE 'request_on_behalf' END WHERE purpose = 'post_need'"
    )
    op.execute(END)


def downgrade() -> None:
    op.execute(
        "UPDATE consent SET purpose = 'post_need'"
        " WHERE purpose IN ('own_request', 'request_on_behalf')"
    )
    with op.batch_alter_table("consent") as table:
        table.drop_column("ended_at")
        table.alter_column(
            "purpose",
            existing_type=sa.String(length=40),
            existing_nullable=False,
            existing_comment=AFTER,
            comment=BEFORE,
        )
