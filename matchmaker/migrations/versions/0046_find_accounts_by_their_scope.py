"""Find the accounts of a resident, a volunteer, an organisation or a committee by an index.

Lists of news ask for each resident whether there is an account; without an index each answer
reads all accounts.
"""

from alembic import op


revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

COLUMNS = ("committee_id", "organisation_id", "resident_id", "volunteer_id")


def upgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        for name in COLUMNS:
            table.create_index(op.f(f"ix_user_account_{name}"), [name])


def downgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        for name in COLUMNS:
            table.drop_index(op.f(f"ix_user_account_{name}"))
