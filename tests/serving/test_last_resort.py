"""Faults of our own, through the real application."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

import httpx
import pytest

from ledger.errors import LedgerError
from serving.app import create_app
from serving.metrics import Metrics


@pytest.mark.parametrize("fault", [ZeroDivisionError("account A1"), LedgerError("account A1"), KeyError("account A1")])
def test_a_fault_nobody_foresaw_is_a_500_of_the_one_shape_and_names_no_account(fault, caplog):
    async def broken(secret: str) -> None:
        raise fault

    app = create_app(Metrics())
    app.state.parts = SimpleNamespace(keyring=SimpleNamespace(of_key=broken), metrics=app.state.metrics)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
            return await client.get("/v1/accounts/A1", headers={"X-API-Key": "secret"})

    with caplog.at_level(logging.ERROR, "serving"):
        answer = asyncio.run(ask())
    assert answer.status_code == 500
    assert set(answer.json()["error"]) == {"seen", "wanted", "do", "fields"}
    assert "A1" not in answer.text + caplog.text
    assert f"{type(fault).__name__} at test_last_resort.py" in caplog.text
    assert b'status="500"' in app.state.metrics.text()
