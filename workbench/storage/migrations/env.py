"""Alembic's entry: runs on the connection (and in the transaction) that ``database.migrate`` opened."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from workbench.storage import letter_tables, notice_tables, tables

connection = context.config.attributes["connection"]
assert tables.CaseRow.metadata is letter_tables.LetterRow.metadata is SQLModel.metadata
assert notice_tables.NoticeRow.metadata is SQLModel.metadata

context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,  # our SQLite connections say BEGIN themselves, so DDL rolls back there too
    compare_type=True,
)
context.run_migrations()
