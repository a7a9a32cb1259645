"""A Redis stream as intake, read through FastStream in a consumer group: a message is acknowledged once committed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from alertgrade.errors import AlertError
from alertgrade.watch.intake import TABLES, Delivery

if TYPE_CHECKING:
    from faststream.redis import RedisBroker

_CONSUMER = "watch"
_FIELD, _WRAPPED = b"data", b"__data__"  # the field of a plain XADD, and that of FastStream's publisher
_WANTED = 'wanted {"table": "orders" or "trades", "rows": [objects]}, or {"orders": [...], "trades": [...]}'
_EVERYTHING = "0-0"
_NO_DATA = b"no field 'data'"


class RedisStreamIntake:
    """Messages of ``redis://HOST:PORT/DB?stream=NAME``, each a delivery; its offset is the message's id.

    The watch's own record is the truth about what was committed: at the start the group ``group`` is set behind the
    last committed id, and what a dead process left unacknowledged up to there is acknowledged.
    """

    def __init__(self, url: str, group: str) -> None:
        parts = urlsplit(url)
        streams = parse_qs(parts.query).get("stream", [])
        if parts.scheme not in ("redis", "rediss") or len(streams) != 1:
            raise AlertError(f"intake {shown(url)}", "wanted a folder, or redis://HOST:PORT/DB?stream=NAME")
        self._stream, self._group = streams[0], group
        self._place = f"{parts.hostname}:{parts.port or 6379}{parts.path or '/0'}"
        self._runner = asyncio.Runner()
        self._broker = _broker(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")))
        self._subscriber: Any = None
        self._pending: dict[str, Any] = {}

    @property
    def address(self) -> str:
        """Host, database and stream; no password."""
        return f"redis://{self._place}?stream={self._stream}"

    def resume(self, committed: Sequence[str]) -> None:
        """Set the group behind the last committed message; ``AlertError`` where the server does not answer."""
        self._asked(self._resume(committed[-1] if committed else _EVERYTHING))

    def next(self, wait_s: float) -> Delivery | None:
        """The next message; the server is asked to wait, at least a millisecond."""
        message = self._asked(self._subscriber.get_one(timeout=max(wait_s, 0.001)))
        if message is None:
            return None
        offset = message.raw_message["message_ids"][0].decode()
        self._pending[offset] = message
        return delivery_of(offset, message.body)

    def done(self, delivery: Delivery) -> None:
        """Acknowledge the message."""
        self._asked(self._pending.pop(delivery.offsets[0]).ack())

    def close(self) -> None:
        """Close the connection; the group stays."""
        self._runner.run(self._broker.stop())
        self._runner.close()

    def _asked(self, question: Coroutine[Any, Any, Any]) -> Any:
        from redis.exceptions import RedisError

        try:
            return self._runner.run(question)
        except (RedisError, OSError) as error:
            seen = f"{self.address} does not answer: {error}"
            raise AlertError(seen, "wanted a Redis server with that stream", "mend it and start again") from error

    async def _resume(self, committed: str) -> None:
        from faststream import AckPolicy
        from faststream.redis import StreamSub
        from redis.exceptions import ResponseError

        client = await self._broker.connect()
        try:
            await client.xgroup_create(self._stream, self._group, id=committed, mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
            await client.xgroup_setid(self._stream, self._group, committed)
        while left := await client.xpending_range(self._stream, self._group, min="-", max=committed, count=1_000):
            await client.xack(self._stream, self._group, *[entry["message_id"] for entry in left])
        stream = StreamSub(self._stream, group=self._group, consumer=_CONSUMER, declare=False)
        self._subscriber = self._broker.subscriber(stream=stream, ack_policy=AckPolicy.MANUAL, parser=_as_published)
        await self._subscriber.start()


def shown(url: str) -> str:
    """An address as it was given, without the user's name and password.

    >>> shown("redis://me:secret@h:6379/0"), shown("kafka://h/topic")
    ('redis://h:6379/0', 'kafka://h/topic')
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")) + (
        f"?stream={'&stream='.join(streams)}" if (streams := parse_qs(parts.query).get("stream")) else ""
    )


def delivery_of(offset: str, body: bytes) -> Delivery:
    """A message's rows; what cannot be rows is a fault, and its text is kept.

    >>> delivery_of("1-0", b'{"table": "orders", "rows": [{"volume": 1}, 2]}').rows
    {'orders': [{'volume': '1'}]}
    """
    if body == _NO_DATA:
        return Delivery((offset,), faults=((offset, f"no field 'data', or an empty one, {_WANTED}", ""),))
    try:
        # numbers stay as they were written: 0.1 is no binary fraction
        given = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
        tables = _tables(given)
    except (ValueError, RecursionError) as error:
        return Delivery((offset,), faults=((offset, f"{error}, {_WANTED}", body.decode(errors="replace")),))
    rows = {name: [row for row in found if isinstance(row, dict)] for name, found in tables.items()}
    odd = [row for found in tables.values() for row in found if not isinstance(row, dict)]
    faults = tuple((offset, "no object", json.dumps(row, ensure_ascii=False)) for row in odd)
    return Delivery((offset,), rows=rows, faults=faults)


async def _as_published(message: dict[str, Any], parse: Callable[[Any], Awaitable[Any]]) -> Any:
    """A message of a plain XADD in the form of FastStream's publisher, whose parser fails on others' odd bytes."""
    fields = message["data"]
    body = fields if _WRAPPED in fields else {_WRAPPED: fields.get(_FIELD) or _NO_DATA}
    return await parse({**message, "data": body})


def _tables(given: Any) -> dict[str, list[Any]]:
    if isinstance(given, dict) and set(given) == {"table", "rows"}:
        given = {given["table"]: given["rows"]} if isinstance(given["table"], str) else {}
    good = isinstance(given, dict) and given and set(given) <= set(TABLES)
    if not good or not all(isinstance(rows, list) for rows in given.values()):
        raise ValueError("no batch of rows")
    return dict(given)


def _broker(url: str) -> RedisBroker:
    try:
        from faststream.redis import RedisBroker
    except ImportError as error:
        raise AlertError("faststream is not installed", do="install alertgrade[cluster]") from error
    return RedisBroker(url, logger=logging.getLogger("alertgrade.watch"))
