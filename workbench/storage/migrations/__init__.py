"""Alembic migrations of the tracker's database; run by ``workbench.storage.database.migrate``."""
