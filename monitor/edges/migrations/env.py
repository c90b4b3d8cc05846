"""Alembic's entry: runs the migrations on the engine that the program hands over, in one transaction."""

from alembic import context
from sqlalchemy import Engine

from monitor.edges.tables import metadata

engine: Engine = context.config.attributes["engine"]
with engine.execution_options(immediate=True).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
