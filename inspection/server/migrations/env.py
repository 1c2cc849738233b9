"""Alembic's entry: always on a connection that ``inspection/server/migrate.py`` opened under its advisory lock."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
