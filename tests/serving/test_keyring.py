"""Keys are looked up beside the event loop, once for all who ask, and remembered for two seconds."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from starlette.datastructures import Headers

from ledger.errors import LedgerUnavailable
from ledger.keys import ApiKey
from serving.access import Keyring, admit, secret_of
from serving.requests import Refused


class SlowLedger:
    """A ledger that answers when ``may`` is set, and counts who asked."""

    def __init__(self, found: ApiKey | Exception | None) -> None:
        self.found, self.asked, self.may = found, 0, threading.Event()

    def find_key(self, _secret: str) -> ApiKey | None:
        self.asked += 1
        assert self.may.wait(10)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


KEY = ApiKey("k1", "monitor", "scorer")


def keyring_of(ledger: SlowLedger, clock: list[float]) -> Keyring:
    return Keyring(ledger, now=lambda: clock[0])  # type: ignore[arg-type]


def test_a_slow_ledger_keeps_nobody_else_waiting_and_is_asked_once_for_all():
    ledger, clock = SlowLedger(KEY), [0.0]
    keyring = keyring_of(ledger, clock)

    async def run() -> list[ApiKey | None]:
        asking = [asyncio.create_task(keyring.of_key("ag_x")) for _ in range(16)]
        await asyncio.sleep(0.01)  # the loop goes on
        assert not any(one.done() for one in asking)
        ledger.may.set()
        found = list(await asyncio.gather(*asking))
        found.append(await keyring.of_key("ag_x"))  # remembered
        clock[0] = 2.1
        found.append(await keyring.of_key("ag_x"))  # asked again
        return found

    assert asyncio.run(run()) == [KEY] * 18
    assert ledger.asked == 2


def test_one_who_goes_away_takes_the_answer_from_nobody():
    ledger = SlowLedger(KEY)
    keyring = keyring_of(ledger, [0.0])

    async def run() -> ApiKey | None:
        first, second = (asyncio.create_task(keyring.of_key("ag_x")) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        ledger.may.set()
        return await second

    assert asyncio.run(run()) == KEY


@pytest.mark.parametrize(
    ("found", "roles", "status"), [(None, ("scorer",), 401), (KEY, ("admin",), 403), (KEY, ("scorer",), None)]
)
def test_a_key_is_admitted_by_its_role(found, roles, status):
    ledger = SlowLedger(found)
    ledger.may.set()
    keyring = keyring_of(ledger, [0.0])
    if status is None:
        assert asyncio.run(admit(keyring, "ag_x", roles)) == KEY
        return
    with pytest.raises(Refused) as refused:
        asyncio.run(admit(keyring, "ag_x", roles))
    assert refused.value.status == status


def test_where_nobody_can_tell_everyone_is_told_so_and_the_next_one_asks_again():
    ledger = SlowLedger(LedgerUnavailable("down", "", ""))
    ledger.may.set()
    keyring = keyring_of(ledger, [0.0])

    async def run() -> list[Any]:
        return list(await asyncio.gather(*(keyring.of_key("ag_x") for _ in range(3)), return_exceptions=True))

    assert [type(one) for one in asyncio.run(run())] == [LedgerUnavailable] * 3
    ledger.found = KEY
    assert asyncio.run(keyring.of_key("ag_x")) == KEY


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"Authorization": "Bearer ag_x"}, "ag_x"),
        ({"Authorization": "bearer  ag_x "}, "ag_x"),
        ({"Authorization": "Basic ag_x"}, None),
        ({"Authorization": "Bearer"}, None),
        ({"Authorization": "Basic y", "X-API-Key": "ag_x"}, "ag_x"),
        ({"Authorization": "Bearer ag_b", "X-API-Key": "ag_x"}, "ag_b"),
        ({}, None),
    ],
)
def test_a_secret_is_a_bearer_token_or_else_the_header_of_keys(headers, secret):
    assert secret_of(Headers(headers)) == secret
