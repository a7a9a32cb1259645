"""Packed rows on a Redis server: a hash an account, two generations, and scripts that compare before they set."""

from __future__ import annotations

import contextlib
import json
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from features.online.layout import Layout, OnlineRecord, Row, repacked
from features.online.rows import AccountRows, OnlineStoreUnavailable

CHUNK = 2_000  # rows a round trip
WAIT_S = 5.0
_HEAD = struct.Struct("<qqB")  # event_us, created_us, written
_Value = bytes

# All keys of a store begin with KEYS[1], its prefix: `:state` (side, turn, layout, record, writes), `:written` (account
# \0 view, written and not loaded), and `:a:ACCOUNT`, `:b:ACCOUNT` (view: packed row), of which `side` is the one read.
_NEWER = """
local function newer(key, view, value)
  local old = redis.call('HGET', key, view)
  if old then
    local event, made = struct.unpack('<i8i8', value)
    local old_event, old_made = struct.unpack('<i8i8', old)
    if event < old_event or (event == old_event and made < old_made) then return 0 end
  end
  redis.call('HSET', key, view, value)
  return 1
end
"""
_READ = """
local state = redis.call('HMGET', KEYS[1] .. ':state', 'side', 'turn')
if not state[1] then return false end
return {state[2], redis.call('HGETALL', KEYS[1] .. ':' .. state[1] .. ':' .. ARGV[1])}
"""
_WRITE = (
    _NEWER
    + """
local state = redis.call('HMGET', KEYS[1] .. ':state', 'side', 'turn')
if state[2] ~= ARGV[1] then return -1 end
for i = 3, #ARGV, 2 do
  if newer(KEYS[1] .. ':' .. state[1] .. ':' .. ARGV[i], ARGV[2], ARGV[i + 1]) == 1 then
    redis.call('SADD', KEYS[1] .. ':written', ARGV[i] .. '\\0' .. ARGV[2])
  end
end
redis.call('HINCRBY', KEYS[1] .. ':state', 'writes', 1)
return 1
"""
)
_LOAD = (
    _NEWER
    + """
for i = 3, #ARGV, 2 do newer(KEYS[1] .. ':' .. ARGV[1] .. ':' .. ARGV[i], ARGV[2], ARGV[i + 1]) end
return 1
"""
)
# ARGV: fresh side, turn expected, layout, record, writes expected, then (account, view, value) of the rows written
_TURN = (
    _NEWER
    + """
local turn = redis.call('HGET', KEYS[1] .. ':state', 'turn')
if turn ~= ARGV[2] then return -1 end
if (redis.call('HGET', KEYS[1] .. ':state', 'writes') or '0') ~= ARGV[5] then return 0 end
for i = 6, #ARGV, 3 do newer(KEYS[1] .. ':' .. ARGV[1] .. ':' .. ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
redis.call('HSET', KEYS[1] .. ':state', 'side', ARGV[1], 'turn', turn + 1, 'layout', ARGV[3], 'record', ARGV[4])
return 1
"""
)


class RedisRows:
    """``features.online.rows.PackedRows`` on the server of ``address`` (``redis://host:port/0?prefix=name``)."""

    def __init__(self, address: str) -> None:
        import redis

        parts = urlsplit(address)
        options = parse_qs(parts.query)
        self.prefix = options.get("prefix", ["alertgrade"])[0]
        self._errors = redis.exceptions.RedisError
        self._where = f"{parts.hostname}:{parts.port or 6379}"
        url = urlunsplit(parts._replace(query=""))
        self._client: Any = redis.Redis.from_url(url, socket_timeout=WAIT_S, socket_connect_timeout=WAIT_S)
        scripts = (_READ, _WRITE, _LOAD, _TURN)
        self._read, self._write, self._load, self._turn = (self._client.register_script(s) for s in scripts)
        self._lock = threading.Lock()
        self._state: tuple[bytes, str, Layout, OnlineRecord | None] | None = None

    def create(self, layout: Layout) -> None:
        """Make the state where there is none."""
        text = json.dumps(dict(layout))
        with self._reaching():
            self._client.hsetnx(f"{self.prefix}:state", "side", "a")
            self._client.hsetnx(f"{self.prefix}:state", "turn", 0)
            made = self._client.hsetnx(f"{self.prefix}:state", "layout", text)
            if not made and not self._client.hexists(f"{self.prefix}:state", "record"):
                self._client.hset(
                    f"{self.prefix}:state", "layout", text
                )  # nothing loaded: the catalogue may have grown
            self._state = None

    def record(self) -> OnlineRecord | None:
        """What was loaded last."""
        with self._reaching():
            return self._known()[3]

    def account(self, account: str) -> AccountRows:
        """All views of an account, in one script."""
        with self._reaching():
            while True:
                found = self._read(keys=[self.prefix], args=[account])
                if found is None:
                    raise self._missing()
                turn, flat = found
                known = self._known(turn)
                if known[0] == turn:
                    pairs = zip(flat[::2], flat[1::2], strict=True)
                    return AccountRows({v.decode(): _row(account, p) for v, p in pairs}, known[2], known[3])

    def accounts(self, accounts: Sequence[str], view: str) -> tuple[list[Row | None], tuple[str, ...]]:
        """One view of several accounts."""
        with self._reaching():
            _, side, layout, _ = self._known()
            pipe = self._client.pipeline(transaction=False)
            for account in accounts:
                pipe.hget(self._key(side, account), view)
            found = pipe.execute()
        rows = [None if p is None else _row(a, p) for a, p in zip(accounts, found, strict=True)]
        return rows, layout.get(view, ())

    def view(self, view: str) -> tuple[list[Row], tuple[str, ...]]:
        """One view of every account."""
        with self._reaching():
            _, side, layout, _ = self._known()
            rows: list[Row] = []
            for accounts in self._accounts(side):
                rows += [row for row in self.accounts(accounts, view)[0] if row is not None]
            return rows, layout.get(view, ())

    def write(self, view: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Write rows, the newest winning; each chunk of them at once."""
        values = iter(rows)
        with self._reaching():
            while chunk := list(islice(values, CHUNK)):
                while True:
                    turn, _, layout, _ = self._known()
                    if view not in layout:
                        raise OnlineStoreUnavailable(
                            f"the online store has no view {view}", do="run alertgrade materialize"
                        )
                    args: list[Any] = [turn, view]
                    for row in chunk:
                        args += [row.account, _value(row, repacked(row.payload, names, layout[view]), written=1)]
                    if self._write(keys=[self.prefix], args=args) == 1:
                        break

    def load(self, record: OnlineRecord, views: Iterator[tuple[str, Iterable[Row]]], *, onto_the_last: bool) -> None:
        """Load the side that is not being read, then turn to it."""
        with self._reaching(), self._client.lock(f"{self.prefix}:lock", timeout=600, thread_local=False):
            turn, side, _, _ = self._known()
            fresh = "b" if side == "a" else "a"
            self._clear(fresh)
            if onto_the_last:
                self._copy(side, fresh)
            for view, rows in views:
                values = iter(rows)
                while chunk := list(islice(values, CHUNK)):
                    args: list[Any] = [fresh, view]
                    for row in chunk:
                        args += [row.account, _value(row, row.payload, written=0)]
                    self._load(keys=[self.prefix], args=args)
            while (done := self._turned(fresh, side, turn, record)) != 1:
                if done < 0:
                    raise OnlineStoreUnavailable(
                        "another materialisation came between", do="run alertgrade materialize"
                    )
            self._state = None
            self._clear(side)

    def drop(self) -> None:
        """Remove every key of the store."""
        with self._reaching():
            for keys in self._scan(f"{self.prefix}:*"):
                self._client.unlink(*keys)
        self.close()

    def close(self) -> None:
        """Close the connections; the next use opens them again."""
        self._state = None
        self._client.close()

    def _turned(self, fresh: str, side: str, turn: bytes, record: OnlineRecord) -> int:
        """Carry over what was written and turn; 0 where more was written meanwhile."""
        old = self._known()[2]
        writes = self._client.hget(f"{self.prefix}:state", "writes") or b"0"
        members = sorted(self._client.smembers(f"{self.prefix}:written"))
        args: list[Any] = [fresh, turn, json.dumps(dict(record.layout)), record.to_json(), writes]
        pipe = self._client.pipeline(transaction=False)
        pairs = [member.decode().split("\0") for member in members]
        for account, view in pairs:
            pipe.hget(self._key(side, account), view)
        for (account, view), value in zip(pairs, pipe.execute(), strict=True):
            if value is not None and _HEAD.unpack_from(value)[2] and view in record.layout:
                row = _row(account, value)
                moved = _value(row, repacked(row.payload, old[view], record.layout[view]), written=1)
                args += [account, view, moved]
        return int(self._turn(keys=[self.prefix], args=args))

    def _known(self, turn: bytes | None = None) -> tuple[bytes, str, Layout, OnlineRecord | None]:
        with self._lock:
            if self._state is None or turn is None or self._state[0] != turn:
                number, side, layout, record = self._client.hmget(
                    f"{self.prefix}:state", "turn", "side", "layout", "record"
                )
                if number is None or side is None or layout is None:
                    raise self._missing()
                columns = {view: tuple(names) for view, names in json.loads(layout).items()}
                known = OnlineRecord.from_json(record.decode()) if record else None
                self._state = (number, side.decode(), columns, known)
            return self._state

    def _copy(self, side: str, fresh: str) -> None:
        for accounts in self._accounts(side):
            pipe = self._client.pipeline(transaction=False)
            for account in accounts:
                pipe.copy(self._key(side, account), self._key(fresh, account), replace=True)
            pipe.execute()

    def _clear(self, side: str) -> None:
        for keys in self._scan(f"{self.prefix}:{side}:*"):
            self._client.unlink(*keys)

    def _accounts(self, side: str) -> Iterator[list[str]]:
        start = len(f"{self.prefix}:{side}:")
        for keys in self._scan(f"{self.prefix}:{side}:*"):
            yield [key.decode()[start:] for key in keys]

    def _scan(self, pattern: str) -> Iterator[list[bytes]]:
        keys = self._client.scan_iter(pattern, count=CHUNK)
        while chunk := list(islice(keys, CHUNK)):
            yield chunk

    def _key(self, side: str, account: str) -> str:
        return f"{self.prefix}:{side}:{account}"

    def _missing(self) -> OnlineStoreUnavailable:
        return OnlineStoreUnavailable(
            f"no online store {self.prefix!r} at {self._where}", do="run alertgrade materialize"
        )

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise OnlineStoreUnavailable(f"the online store at {self._where} does not answer: {error}") from error


def _value(row: Row, payload: bytes, *, written: int) -> _Value:
    return _HEAD.pack(row.event_us, row.created_us, written) + payload


def _row(account: str, value: _Value) -> Row:
    event, created, _ = _HEAD.unpack_from(value)
    return Row(account, event, created, value[_HEAD.size :])
