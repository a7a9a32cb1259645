"""Alembic's environment: one connection, given by ``bring_up``, inside its transaction."""

from alembic import context

from ledger.schema import METADATA

_config = getattr(context, "config", None)  # none where this file is only imported, as by who looks for doctests
if _config is not None:
    context.configure(connection=_config.attributes["connection"], target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
