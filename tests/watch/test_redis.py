"""A Redis stream as intake: the batch run's alerts, acknowledged once committed, given again until then."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest

from alertgrade.errors import AlertError
from alertgrade.watch.redis_streams import RedisStreamIntake, delivery_of
from tests.watch.conftest import Rows, busy_market, cut, rows_of, summary
from tests.watch.test_directory import lines

Made = Callable[..., Any]
HOST, PORT = "127.0.0.1", 6379


class Stream:
    """A stream of a name of its own on a real server."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name
        self.url = f"redis://{HOST}:{PORT}/0?stream={name}"

    def add(self, message: dict[str, Any] | bytes) -> str:
        body = message if isinstance(message, bytes) else json.dumps(message, default=_text)
        return str(self.client.xadd(self.name, {"data": body}).decode())

    def add_batch(self, rows: Rows) -> str:
        return self.add({table: rows[table] for table in rows})

    def unacknowledged(self) -> int:
        return sum(int(group["pending"]) for group in self.client.xinfo_groups(self.name))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


@pytest.fixture
def stream() -> Iterator[Stream]:
    redis = pytest.importorskip("redis", reason="redis is in the extra `cluster`")
    pytest.importorskip("faststream", reason="faststream is in the extra `cluster`")
    with socket.socket() as probe:
        if probe.connect_ex((HOST, PORT)):
            pytest.skip(f"no Redis server on {HOST}:{PORT}")
    name = f"alertgrade-test-{uuid.uuid4().hex}"
    with redis.Redis(host=HOST, port=PORT) as client:
        try:
            yield Stream(client, name)
        finally:
            client.delete(name)


def test_a_stream_gives_the_alerts_of_the_batch_run_and_everything_is_acknowledged(
    place: Made, batch_run: Made, stream: Stream
) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    for piece in cut(rows_of(market), 8, 3):
        stream.add_batch(piece)
    with here.watch(stream.url) as watch:
        watched = watch.run(once=True)
    assert summary(here.alerts()) == summary(wanted)
    assert (watched.refused, watched.late_rows, stream.unacknowledged()) == (0, 0, 0)


def test_a_message_committed_but_not_acknowledged_is_not_counted_again(place: Made, stream: Stream) -> None:
    market = busy_market()
    here, pieces = place(market), cut(rows_of(market), 4, 4)
    for piece in pieces[:2]:
        stream.add_batch(piece)
    with here.watch(stream.url) as watch:
        watch._intake.done = lambda delivery: None  # type: ignore[method-assign]  # dies before it can acknowledge
        before = watch.run(once=True)
    assert stream.unacknowledged() == 2
    for piece in pieces[2:]:
        stream.add_batch(piece)
    with here.watch(stream.url) as watch:
        after = watch.run(once=True)
    assert before.rows == sum(len(rows) for piece in pieces[:2] for rows in piece.values())
    assert (after.rows, after.duplicates) == (len(market.orders) + len(market.trades), 0)
    assert stream.unacknowledged() == 0


def test_a_message_taken_but_not_committed_is_given_again(stream: Stream) -> None:
    first = stream.add({"table": "orders", "rows": []})
    for _ in range(2):
        intake = RedisStreamIntake(stream.url, "group")
        intake.resume([])
        delivery = intake.next(0.2)
        assert delivery is not None
        assert delivery.offsets == (first,)
        intake.close()


def test_what_is_no_batch_is_set_aside_whole_and_the_rest_counted(place: Made, stream: Stream) -> None:
    market = busy_market(size=20)
    here = place(market)
    rows = rows_of(market)
    stream.add({"table": "orders", "rows": rows["orders"]})
    stream.add(b"\xff\xfe no JSON")
    stream.add({"table": "logins", "rows": [{}]})
    stream.add({"table": "trades", "rows": [*rows["trades"], 7, {**rows["trades"][0], "exchange": "NYSE"}]})
    with here.watch(stream.url) as watch:
        watched = watch.run(once=True)
    found = lines(here.out / "refused.jsonl")
    assert (watched.refused, len(found)) == (4, 4)
    assert watched.rows == len(rows["orders"]) + len(rows["trades"])
    assert "no JSON" in found[0]["row"]
    assert [("NYSE" in line["reason"], line["table"]) for line in found[2:]] == [(True, "trades"), (False, None)]


def test_numbers_keep_the_digits_they_were_written_with() -> None:
    delivery = delivery_of("1-0", b'{"table": "trades", "rows": [{"price": 70123.10, "volume": 3}]}')
    assert delivery.rows == {"trades": [{"price": "70123.10", "volume": "3"}]}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://me:secret@h:16399/0?stream=a&stream=b&password=secret", "redis://h:16399/0?stream=a&stream=b"),
        ("kafka://h/topic", "kafka://h/topic"),
    ],
)
def test_an_address_without_one_stream_is_refused_as_it_was_given_without_secrets(address: str, told: str) -> None:
    with pytest.raises(AlertError, match="stream=NAME") as refused:
        RedisStreamIntake(address, "group")
    assert refused.value.seen == f"intake {told}"


def test_a_message_without_the_field_says_so(place: Made, stream: Stream) -> None:
    here = place(busy_market(size=20))
    stream.client.xadd(stream.name, {"other": b"1"})
    with here.watch(stream.url) as watch:
        watch.run(once=True)
    assert lines(here.out / "refused.jsonl")[0]["reason"].startswith("no field 'data'")


def test_a_server_that_is_not_there_is_one_clear_error() -> None:
    pytest.importorskip("faststream", reason="faststream is in the extra `cluster`")
    intake = RedisStreamIntake("redis://127.0.0.1:9/0?stream=s", "group")
    with pytest.raises(AlertError, match="does not answer"):
        intake.resume([])
    intake.close()
