"""Alembic's environment: runs over the connection `gateway.storage.migrate` hands in."""

from __future__ import annotations

from alembic import context

from gateway.storage import identity_tables, saga_tables  # noqa: F401  # their tables join the metadata
from gateway.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
