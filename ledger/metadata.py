"""The one collection that every table of the ledger belongs to."""

from __future__ import annotations

from sqlalchemy import MetaData

METADATA = MetaData()
