"""``margin_lending`` 疑似配资: many machines log in to one account, and its password changes hands.

Basis: 证券期货经营机构 must not serve out-of-market margin lending (场外配资; 期货和衍生品法 on real-name accounts);
the numbers are the firm's own. Both limits must be reached.
"""

from __future__ import annotations

from typing import Any

import ibis

from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import instant_id, of_window
from rules_baseline.after_close.screen import Limit, Screen, of_account
from rules_baseline.after_close.window import entered_and_left, windowed

_MAC = "logins.mac"  # without the column nobody's machines are known


def _looked_at(rows: Any) -> Any:
    return rows.event.isin(["login", "password_change"])


def find(closing: Closing, choice: Choice) -> Any:
    """Distinct macs of logins, and password changes, of every account that had either in the window."""
    days = choice.count("days")
    rows = closing.rows("logins", days).filter(_looked_at)
    macs = entered_and_left(rows.filter([rows.event == "login", rows.mac.notnull()]), ["account_id"], "mac", days)
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    each = ibis.union(
        macs.select("account_id", "day_no", macs="change", password_changes=zero, seen=zero),
        rows.select(
            "account_id",
            "day_no",
            macs=zero,
            password_changes=(rows.event == "password_change").cast("int64"),
            seen=one,
        ),
    )
    sums = windowed(closing, each, ["account_id"], ["password_changes", "seen"], days, running=["macs"])
    sums = sums.filter(sums.seen > 0)
    missing = closing.lacks([_MAC])
    return of_account(
        sums,
        missing,
        macs=ibis.null("int64") if missing else sums.macs.cast("int64"),
        password_changes=sums.password_changes.cast("int64"),
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The logins with a mac and the password changes."""
    return of_window(
        closing,
        hits,
        "logins",
        choice.count("days"),
        instant_id,
        lambda rows: _looked_at(rows) & (rows.mac.notnull() | (rows.event == "password_change")),
    )


SCREEN = Screen(
    id="margin_lending",
    title_zh="疑似配资",
    title_en="Suspected margin lending",
    legal_basis="real-name accounts and the ban on out-of-market margin lending (场外配资); numbers are the firm's own",
    needs=("logins",),
    limits=(
        Limit("macs", "macs", "登录设备（MAC）数", "distinct macs of logins"),
        Limit("password_changes", "password_changes", "修改密码次数", "password changes"),
    ),
    parameters={"days": "count"},
    find=find,
    events=events,
)
