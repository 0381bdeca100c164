"""Letters: the agenda of incoming and outgoing letters with its counters, papers, dispositions; office settings.

Triggers hold on both databases what the agenda promises: a counter goes up by one and never down, a number once given
is neither changed nor deleted, and the acts of a letter may only be added to.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBERED = "OLD.agenda_number IS NOT NULL"
_SAME = "NEW.agenda_number = OLD.agenda_number AND NEW.year = OLD.year AND NEW.direction = OLD.direction"


def upgrade() -> None:
    op.create_table(
        "letter_counter",
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("direction", "year"),
    )
    op.create_table(
        "office_setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("agenda_number", sa.Integer(), nullable=True),
        sa.Column("letter_number", sa.String(), nullable=False),
        sa.Column("classification", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("correspondent", sa.String(), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("enclosures", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.Column("case_result", sa.Boolean(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_capacity", sa.String(), nullable=False),
        sa.Column("signed_how", sa.String(), nullable=False),
        sa.Column("signed_sha256", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["sop_case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_to"],
            ["letter.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("direction", "year", "agenda_number"),
    )
    op.create_index(op.f("ix_letter_case_id"), "letter", ["case_id"], unique=False)
    op.create_index(op.f("ix_letter_letter_number"), "letter", ["letter_number"], unique=False)
    op.create_index("ix_letter_register", "letter", ["direction", "year", "status"], unique=False)
    op.create_index(op.f("ix_letter_reply_to"), "letter", ["reply_to"], unique=False)
    op.create_table(
        "letter_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("idem", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("capacity", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idem"),
    )
    op.create_index(op.f("ix_letter_act_letter_id"), "letter_act", ["letter_id"], unique=False)
    op.create_table(
        "letter_disposition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("given_capacity", sa.String(), nullable=False),
        sa.Column("given_employee_number", sa.String(), nullable=False),
        sa.Column("to_role", sa.String(), nullable=False),
        sa.Column("to_username", sa.String(), nullable=False),
        sa.Column("to_words", sa.String(), nullable=False),
        sa.Column("instructions", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("letter_id", "number"),
    )
    op.create_index(op.f("ix_letter_disposition_letter_id"), "letter_disposition", ["letter_id"], unique=False)
    op.create_table(
        "letter_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["stored_file.sha256"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("letter_id", "sha256", "kind"),
    )
    op.create_index(op.f("ix_letter_file_letter_id"), "letter_file", ["letter_id"], unique=False)
    op.create_index(op.f("ix_letter_file_sha256"), "letter_file", ["sha256"], unique=False)
    _guards()


def _guard(table: str, change: str, condition: str, words: str) -> None:
    """Refuse a change of a row where the condition holds."""
    name = f"{table}_guard_{change.split()[0].lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW WHEN ({condition}) "
        f"EXECUTE FUNCTION workbench_letter_guard('{words}')"
    )


def _guards() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION workbench_letter_guard() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$"
        )
        for table in ("letter", "letter_counter", "letter_act"):
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION workbench_letter_guard('{table} is kept for good')"
            )
    _guard("letter_counter", "UPDATE", "NOT (NEW.last = OLD.last + 1)", "a letter counter goes up by one")
    _guard("letter_counter", "DELETE", "OLD.last > 0", "a letter counter is kept for good")
    _guard("letter", "UPDATE", f"{_NUMBERED} AND ({_SAME}) IS NOT TRUE", "an agenda number is never changed")
    _guard("letter", "DELETE", _NUMBERED, "a numbered letter is never deleted")
    _guard("letter_act", "UPDATE", "OLD.id IS NOT NULL", "letter_act is append-only")
    _guard("letter_act", "DELETE", "OLD.id IS NOT NULL", "letter_act is append-only")


def downgrade() -> None:
    op.drop_index(op.f("ix_letter_file_sha256"), table_name="letter_file")
    op.drop_index(op.f("ix_letter_file_letter_id"), table_name="letter_file")
    op.drop_table("letter_file")
    op.drop_index(op.f("ix_letter_disposition_letter_id"), table_name="letter_disposition")
    op.drop_table("letter_disposition")
    op.drop_index(op.f("ix_letter_act_letter_id"), table_name="letter_act")
    op.drop_table("letter_act")
    op.drop_index(op.f("ix_letter_reply_to"), table_name="letter")
    op.drop_index("ix_letter_register", table_name="letter")
    op.drop_index(op.f("ix_letter_letter_number"), table_name="letter")
    op.drop_index(op.f("ix_letter_case_id"), table_name="letter")
    op.drop_table("letter")
    op.drop_table("office_setting")
    op.drop_table("letter_counter")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION workbench_letter_guard()")
