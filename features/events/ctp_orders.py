"""OnRtnOrder messages into the `orders` table: many messages an order, at most one accept, one cancel or one reject.

An order is known by ExchangeID + TradingDay + OrderSysID (one that lasts longer than a day by ExchangeID +
OrderSysID + investor + contract). Before it has an OrderSysID only FrontID + SessionID + OrderRef name it, and these
change when CTP restarts and sends its whole flow again.
"""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.events.ctp_config import CtpConfig
from features.events.ctp_time import disagrees, instant, natural_date
from features.events.sql import literals


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """What the messages came to; ``messages = transitions + duplicates``.

    ``not_at_exchange``: ended before the exchange had them (conditions never touched, parked orders taken back).
    ``unresolved``: not heard of again after the first message. ``carried_in``: of a day before the first one here.
    ``below_zero``: accepted at such a price.
    """

    messages: int
    transitions: int
    duplicates: int
    accepted: int
    cancelled: int
    rejected: int
    not_at_exchange: int
    unresolved: int
    carried_in: int
    combinations: int
    from_quotes: int
    below_zero: int
    date_mismatches: int


def build_orders(db: Any, config: CtpConfig) -> OrderCounts:
    """Make table ``orders_made`` (the contract's columns of `orders`, devices as they came) of ``ctp_orders``.

    Needs ``ctp_days`` with ``numbered``: whether the day's records carry sequence numbers.
    """
    db.execute(_LIVES)
    db.execute(_AT_THE_DOOR)
    carried = _carried(config)
    db.execute(
        _MADE.format(carried=carried, instant=_accepted_at(), cancelled=instant("m.cancelled_at", "m.day", "d.evening"))
    )
    return _counts(db, config, carried)


# What happened to an order, as numbers of messages. `rank` puts messages in the order of day, sequence number and
# place in the files, and ends with the message's number; a message without sequence number stands behind those with.
_RANK = f"""((datediff('day', DATE '2000-01-01', day)::HUGEINT * {1 << 52}
        + CASE WHEN number > 0 THEN least(number, {(1 << 52) - 2}) ELSE {(1 << 52) - 1} END) * {1 << 45} + msg)"""
_MESSAGE = f"% {1 << 45}"
_KEY_DAY = "CASE WHEN tif = 'GTC' THEN NULL ELSE day END"
_KEY_OWNER = "CASE WHEN tif = 'GTC' THEN investor || ' ' || contract END"

_LIVES = f"""
CREATE OR REPLACE TABLE ctp_lives AS
SELECT *, refused AND NOT worked AS rejected, (worked OR touched OR NOT conditional) AND NOT (refused AND NOT worked)
       AS accepted
FROM (
    SELECT coalesce(min({_RANK}) FILTER (status NOT IN ('a', 'b')), min({_RANK})) {_MESSAGE} AS first_msg,
           min({_RANK}) FILTER (status = '5') {_MESSAGE} AS ended_msg,
           bool_or(status = '5' AND submit = '4') AS refused,
           bool_or(status IN ('0', '1', '2', '3', '4') OR traded > 0) AS worked,
           bool_or(status = 'c' OR (conditional AND active IS NOT NULL)) AS touched,
           bool_or(conditional) AS conditional
    FROM ctp_orders WHERE sysid IS NOT NULL
    GROUP BY exchange, sysid, {_KEY_DAY}, {_KEY_OWNER}
)
"""

# Orders without an id of the exchange. A refusal sent again after a restart has another session: the broker's number
# tells, or where there is none, what the order said.
_LINK = "day, exchange, investor, contract, front, session, ref"
_AT_THE_DOOR = f"""
CREATE OR REPLACE TABLE ctp_door AS
WITH alone AS (
    SELECT {_LINK}, min({_RANK}) FILTER (status = '5' AND submit = '4') {_MESSAGE} AS refused_msg,
           bool_or(status = '5') AS ended, bool_or(status = 'c') AS touched
    FROM ctp_orders WHERE sysid IS NULL GROUP BY ALL
), named AS (
    SELECT {_LINK}, bool_or(status = '5' AND submit = '4') AS refused
    FROM ctp_orders WHERE sysid IS NOT NULL GROUP BY ALL
)
SELECT a.refused_msg, a.ended, a.touched, n.day IS NOT NULL AS named, coalesce(n.refused, false) AS named_refused,
       CASE WHEN m.broker_number > 0 THEN concat_ws(' ', m.day, m.exchange, m.broker_number)
            ELSE concat_ws(' ', m.day, m.exchange, m.investor, m.contract, m.ref, m.inserted, m.side, m."offset",
                           m.price, m.original) END AS said
FROM alone AS a
LEFT JOIN named AS n ON n.day = a.day AND n.exchange = a.exchange AND n.investor = a.investor
     AND n.contract = a.contract AND n.front IS NOT DISTINCT FROM a.front
     AND n.session IS NOT DISTINCT FROM a.session AND n.ref IS NOT DISTINCT FROM a.ref
LEFT JOIN ctp_orders AS m ON m.msg = a.refused_msg
"""

_MADE = """
CREATE OR REPLACE TABLE orders_made AS
WITH steps AS (
    SELECT first_msg AS msg, 'accepted' AS event FROM ctp_lives WHERE accepted
    UNION ALL SELECT ended_msg, 'cancelled' FROM ctp_lives WHERE accepted AND ended_msg IS NOT NULL
    UNION ALL SELECT ended_msg, 'rejected' FROM ctp_lives WHERE rejected
    UNION ALL SELECT min(refused_msg), 'rejected' FROM ctp_door
              WHERE refused_msg IS NOT NULL AND NOT (named AND named_refused) GROUP BY said
)
SELECT CASE WHEN event = 'cancelled' THEN {cancelled} ELSE {instant} END AS event_time, m.day AS trading_day,
       m.exchange, m.contract, m.investor, m.client,
       coalesce(m.sysid, concat_ws('-', 'ctp', m.investor, m.ref, replace(left(m.inserted::VARCHAR, 8), ':', '')))
           AS order_id, event,
       m.side, m."offset", m.hedge,
       CASE WHEN m.conditional OR m.derived THEN 'stop' WHEN m.market THEN 'market' ELSE 'limit' END AS order_type,
       m.tif AS time_in_force, m.price,
       CASE WHEN event <> 'cancelled' THEN m.original WHEN m.remaining > 0 THEN m.remaining
            ELSE greatest(m.original - m.traded, 0) END AS volume,
       CASE WHEN event = 'cancelled' THEN CASE WHEN m.tif IN ('FAK', 'FOK') THEN 'exchange'
            WHEN m.by_broker THEN 'broker' ELSE 'client' END END AS cancelled_by,
       m.ip, m.mac, m.login, m.product, m.front, m.session,
       CASE WHEN m.number > 0 THEN m.number WHEN NOT d.numbered THEN m.msg END AS seq
FROM steps AS s JOIN ctp_orders AS m ON m.msg = s.msg JOIN ctp_days AS d ON d.day = m.day
WHERE NOT (event = 'accepted' AND {carried})
"""

_COUNTS = """
SELECT (SELECT count(*) FROM ctp_orders),
       (SELECT count(*) FROM (SELECT 1 FROM ctp_orders GROUP BY hash(exchange, sysid, {key_day}, {key_owner},
            CASE WHEN sysid IS NULL THEN (day, investor, contract, front, session, ref) END, status, submit, traded))),
       (SELECT count(*) FROM orders_made WHERE event = 'accepted'),
       (SELECT count(*) FROM orders_made WHERE event = 'cancelled'),
       (SELECT count(*) FROM orders_made WHERE event = 'rejected'),
       (SELECT count(*) FROM ctp_lives WHERE NOT accepted AND NOT rejected AND ended_msg IS NOT NULL)
       + (SELECT count(*) FROM ctp_door WHERE ended AND refused_msg IS NULL AND NOT named),
       (SELECT count(*) FROM ctp_lives WHERE NOT accepted AND NOT rejected AND ended_msg IS NULL)
       + (SELECT count(*) FROM ctp_door WHERE NOT ended AND NOT touched AND NOT named),
       (SELECT count(*) FROM ctp_lives AS l JOIN ctp_orders AS m ON m.msg = l.first_msg
            JOIN ctp_days AS d ON d.day = m.day WHERE l.accepted AND {carried}),
       count(*) FILTER (l.accepted AND m.combination), count(*) FILTER (l.accepted AND m.quote),
       count(*) FILTER (l.accepted AND m.price < 0), count(*) FILTER ({disagrees})
FROM ctp_lives AS l JOIN ctp_orders AS m ON m.msg = l.first_msg JOIN ctp_days AS d ON d.day = m.day
"""


def _accepted_at() -> str:
    """A stop order is accepted when it is touched, any other when it is inserted."""
    return instant(
        "CASE WHEN m.conditional THEN coalesce(m.active, m.inserted) ELSE m.inserted END", "m.day", "d.evening"
    )


def _carried(config: CtpConfig) -> str:
    """A lasting order that was accepted on a day before the first one we see it on."""
    natural = literals(config.insert_date_natural)
    first = f"CASE WHEN m.exchange IN ({natural}) THEN d.evening ELSE m.day END" if natural else "m.day"
    return f"(m.tif = 'GTC' AND coalesce(m.insert_date < {first}, false))"


def _counts(db: Any, config: CtpConfig, carried: str) -> OrderCounts:
    date = natural_date("m.inserted", "m.day", "d.evening")
    same_day = disagrees("m.insert_date", "m.exchange", config.insert_date_natural, date, "m.day")
    sql = _COUNTS.format(
        key_day=_KEY_DAY, key_owner=_KEY_OWNER, carried=carried, disagrees=f"NOT {carried} AND {same_day}"
    )
    messages, transitions, *rest = db.execute(sql).fetchall()[0]
    return OrderCounts(messages, transitions, messages - transitions, *rest)
