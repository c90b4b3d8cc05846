"""Alembic's entry: runs the migrations on the engine that the program hands over, in one transaction."""

from alembic import context
from sqlalchemy import Engine

from monitor.edges.tables import metadata

engine: Engine = context.config.attributes["engine"]
# Begun here: Alembic would begin none on SQLite, and a second program could see the schema half-way.
with engine.execution_options(immediate=True).begin() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
