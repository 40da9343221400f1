"""How Alembic runs here: the application's own engine, batch mode for SQLite, and our column types written plainly."""

from typing import Any

from alembic import context
from flask import current_app

from clinic.db import Base, UtcDateTime
from clinic.sealing import SealedValue

engine = current_app.extensions["migrate"].db.engine


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """A migration must not depend on our classes: they change, it does not."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, SealedValue) else False


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
