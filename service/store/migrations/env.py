"""How Alembic runs: on the connection that the store hands over."""

from alembic import context
from sqlmodel import SQLModel

from service.store import tables  # noqa: F401 -- fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
