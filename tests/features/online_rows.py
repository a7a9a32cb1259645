"""Stores of packed rows for the contract: a SQLite file, and a real Redis under a prefix of the test's own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from features.online.address import open_rows
from features.online.rows import PackedRows

REDIS = "redis://127.0.0.1:6379/0"
LAYOUT = {"trading": ("trades_20d", "lots_20d"), "intraday": ("orders_today",)}


def redis_answers() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(REDIS, socket_connect_timeout=1).ping())
    except redis.exceptions.RedisError:
        return False


def redis_address() -> str:
    """An address of this test alone; skips where no server answers, which CI does not forgive."""
    if not redis_answers():
        if os.environ.get("CI"):
            raise AssertionError("no Redis at 127.0.0.1:6379, which CI starts")
        pytest.skip("no Redis at 127.0.0.1:6379")
    return f"{REDIS}?prefix=test-{uuid.uuid4().hex}"


@contextmanager
def store_of(kind: str, folder: Path) -> Iterator[tuple[str, PackedRows]]:
    """Address and store, made; removed afterwards."""
    address = str(folder / "online.db") if kind == "sqlite" else redis_address()
    rows = open_rows(address)
    rows.create(LAYOUT)
    try:
        yield address, rows
    finally:
        rows.drop()
