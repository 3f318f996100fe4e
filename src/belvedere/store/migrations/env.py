"""Runs the migrations on the engine handed over by `workspace.migrate`."""

from alembic import context

from belvedere.store.engine import writing
from belvedere.store.register import complete_metadata

with writing(context.config.attributes["engine"]) as connection:
    context.configure(connection=connection, target_metadata=complete_metadata(), render_as_batch=True,
                      user_module_prefix="register.")  # fmt: skip
    context.run_migrations()
