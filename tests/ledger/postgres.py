"""A database of its own on a real PostgreSQL, for the tests that need one."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

HOST, PORT = "127.0.0.1", 5432
_ADMIN = f"postgresql://postgres@{HOST}:{PORT}/postgres"


@contextmanager
def fresh_database() -> Iterator[str]:
    """Its SQLAlchemy address; the test is skipped where no server is, and fails there when CI is set."""
    with socket.socket() as probe:
        missing = probe.connect_ex((HOST, PORT)) != 0
    if missing:
        wanted = f"no PostgreSQL on {HOST}:{PORT}"
        pytest.fail(wanted) if os.environ.get("CI") else pytest.skip(wanted)
    psycopg = pytest.importorskip("psycopg", reason="psycopg is in the extra `cluster`")
    name = f"alertgrade_test_{uuid.uuid4().hex}"
    with psycopg.connect(_ADMIN, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql+psycopg://postgres@{HOST}:{PORT}/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
