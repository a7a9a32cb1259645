"""Login records of CTP (UserSession, LoginInfo, ReqUserLogin) into the `logins` table."""

# The SQL below is put together from quoted names and literals only.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.events import ctp_fields as ctp
from features.events.ctp_config import CtpConfig
from features.events.ctp_read import Rule, Shape, raw
from features.events.ctp_time import day_of, instant, time_of, trading_day_of
from features.events.sql import literals


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """What the records came to; ``records = logins + duplicates + of_the_broker``."""

    records: int
    logins: int
    duplicates: int
    of_the_broker: int


def session_shape() -> Shape:
    """Columns kept of login records, and what makes one broken.

    UserSession has no TradingDay: its LoginDate is the natural date, and the trading day follows from it.
    """
    columns = {
        "login": raw("UserID"),
        "day": day_of(raw("TradingDay")),
        "login_date": day_of(raw("LoginDate")),
        "login_time": time_of(raw("LoginTime")),
        "front": raw("FrontID"),
        "session": raw("SessionID"),
        "ip": f"coalesce({raw('IPAddress')}, {raw('ClientIPAddress')}, {raw('ClientPublicIP')})",
        "mac": raw("MacAddress"),
        "app_id": raw("ClientAppID"),
        "event": f"coalesce({raw('Event')}, 'login')",
    }
    rules = (
        Rule("login IS NOT NULL", "UserID", "text"),
        Rule(
            f"day IS NOT NULL OR ({raw('TradingDay')} IS NULL AND login_date IS NOT NULL)",
            "TradingDay",
            "a date YYYYMMDD there or in LoginDate",
        ),
        Rule("login_time IS NOT NULL", "LoginTime", "a time HH:MM:SS"),
        Rule(f"event IN ({literals(ctp.LOGIN_EVENTS)})", "Event", "one of " + ", ".join(ctp.LOGIN_EVENTS)),
    )
    return Shape(ctp.SESSION, "ctp_sessions", columns, rules)


def find_trading_days(db: Any, known: str) -> None:
    """Make table ``ctp_logins``: the records of ``ctp_sessions`` with ``trading_day``; ``known`` is the calendar."""
    derived = trading_day_of("s.login_date", "s.login_time", known)
    db.execute(
        "CREATE OR REPLACE TABLE ctp_logins AS SELECT s.*, "
        f"CASE WHEN s.day IS NULL THEN {derived} ELSE s.day END AS trading_day FROM ctp_sessions AS s"
    )


def build_logins(db: Any, config: CtpConfig) -> SessionCounts:
    """Make table ``logins_made`` (columns of `logins`, devices as they came); operators of the broker are left out."""
    operators = f"s.login IN ({literals(config.broker_users)})" if config.broker_users else "false"
    db.execute(
        "CREATE OR REPLACE TABLE logins_made AS SELECT DISTINCT "
        f"CASE WHEN s.day IS NULL THEN s.login_date + s.login_time - INTERVAL 8 HOUR "
        f"ELSE {instant('s.login_time', 's.day', 'd.evening')} END AS event_time, s.trading_day, s.login, s.event, "
        "s.ip, s.mac, s.app_id, s.front, s.session FROM ctp_logins AS s JOIN ctp_days AS d ON d.day = s.trading_day "
        f"WHERE NOT ({operators})"
    )
    records, logins, broker = db.execute(
        "SELECT (SELECT count(*) FROM ctp_sessions), (SELECT count(*) FROM logins_made), "
        f"(SELECT count(*) FROM ctp_sessions AS s WHERE {operators})"
    ).fetchall()[0]
    return SessionCounts(records, logins, records - logins - broker, broker)
