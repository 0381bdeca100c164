"""How far each hash chain had come, so that a history whose end was cut off is noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHAINS = (("event", "event", "id"), ("audit", "audit_entry", "seq"))


def upgrade() -> None:
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    for chain, table, number in _CHAINS:
        op.execute(
            f"INSERT INTO chain_head (chain, seq, hash) SELECT '{chain}', {number}, hash FROM {table} "
            f"ORDER BY {number} DESC LIMIT 1"
        )


def downgrade() -> None:
    op.drop_table("chain_head")
