"""IP and hardware addresses of CTP records, each in one spelling, and whether they are a relay's."""

from __future__ import annotations

from features.events.ctp_config import Relays
from features.events.sql import literals

_OCTET = "list_transform(string_split({0}, '.'), lambda part: TRY_CAST(part AS INTEGER))"
_V4 = r"\d{1,3}(\.\d{1,3}){3}"
_V6 = "[0-9a-f:.]*:[0-9a-f:.]*"
_HEX = r"[0-9a-f]{12}"


def ip_of(text: str) -> str:
    """SQL of an address without leading zeros and blanks; null for none, 0.0.0.0, this machine's own, or no address.

    >>> import duckdb
    >>> texts = "('192.168.001.010'), ('0.0.0.0'), ('300.1.1.1'), ('::FFFF:10.0.0.1'), ('FE80::1'), ('x')"
    >>> duckdb.sql(f"SELECT {ip_of('t')} FROM (VALUES {texts}) AS v(t)").fetchall()
    [('192.168.1.10',), (None,), (None,), ('10.0.0.1',), ('fe80::1',), (None,)]
    """
    plain = f"regexp_replace(lower({text}), '^::ffff:', '')"
    parts = _OCTET.format(plain)
    four = f"CASE WHEN list_max({parts}) <= 255 THEN array_to_string({parts}, '.') END"
    own = f"{plain} IN ('0.0.0.0', '127.0.0.1', '::', '::1')"
    six = f"WHEN regexp_full_match({plain}, '{_V6}') THEN {plain}"
    return f"CASE WHEN {own} THEN NULL WHEN regexp_full_match({plain}, '{_V4}') THEN {four} {six} END"


def mac_of(text: str) -> str:
    """SQL of a hardware address as aa:bb:cc:dd:ee:ff; null for all zeros or ones and for what is none.

    >>> import duckdb
    >>> texts = "('02-00-00-00-01-0A'), ('02000000010a'), ('00:00:00:00:00:00'), ('unknown')"
    >>> duckdb.sql(f"SELECT {mac_of('t')} FROM (VALUES {texts}) AS v(t)").fetchall()
    [('02:00:00:00:01:0a',), ('02:00:00:00:01:0a',), (None,), (None,)]
    """
    plain = f"regexp_replace(lower({text}), '[-:. ]', '', 'g')"
    pairs = " || ':' || ".join(f"substr({plain}, {at}, 2)" for at in range(1, 12, 2))
    known = f"regexp_full_match({plain}, '{_HEX}') AND {plain} NOT IN ('000000000000', 'ffffffffffff')"
    return f"CASE WHEN {known} THEN {pairs} END"


def relayed(relays: Relays, ip: str, app_id: str, user: str) -> str:
    """SQL condition, never null: the address, the AppID or the user is one of a relay."""
    lists = ((ip, relays.ips), (app_id, relays.app_ids), (user, relays.users))
    tests = [f"coalesce({column} IN ({literals(values)}), false)" for column, values in lists if values]
    return f"({' OR '.join(tests) or 'false'})"
