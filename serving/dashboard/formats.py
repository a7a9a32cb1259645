"""Values as the desk reads them: Shanghai time, plain numbers, a dash for what is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NONE = "–"


def moment(value: object) -> str:
    """An ISO instant in Shanghai time, to the second; no offset is read as UTC; a day and unreadable text stay.

    >>> moment("2026-03-02T02:00:00Z"), moment("2026-03-02T18:30:05"), moment("2026-03-02"), moment(None)
    ('2026-03-02 10:00:00', '2026-03-03 02:30:05', '2026-03-02', '–')
    """
    if value in (None, ""):
        return NONE
    if len(str(value)) == len("2026-03-02"):  # a day has no hour that could be moved
        return str(value)
    read = instant(value)
    return str(value) if read is None else read.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def short_moment(value: object) -> str:
    """The same to the minute and without the year, for a row of a table.

    >>> short_moment("2026-03-02T02:00:59Z"), short_moment(None)
    ('03-02 10:00', '–')
    """
    read = instant(value)
    return text(value) if read is None else read.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def instant(value: object) -> datetime | None:
    """An ISO instant; no offset is read as UTC; ``None`` for what is none."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def hours_between(earlier: object, later: object) -> float | None:
    """Hours from one ISO instant to another; ``None`` where either is none.

    >>> hours_between("2026-03-02T02:00:00Z", "2026-03-02T14:30:00Z"), hours_between(None, "2026-03-02")
    (12.5, None)
    """
    first, last = instant(earlier), instant(later)
    return None if first is None or last is None else (last - first) / timedelta(hours=1)


def number(value: object) -> str:
    """At most four significant decimals, thousands apart.

    >>> [number(v) for v in (1234567, 500.0, 3288.4, 0.8333333, 0.00001234, None, True)]
    ['1,234,567', '500', '3,288.4', '0.8333', '1.234e-05', '–', '1']
    """
    if value is None:
        return NONE
    if not isinstance(value, (int, float)):
        return str(value)
    if value != value:
        return NONE
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 1e3 else f"{value:,.2f}".rstrip("0").rstrip(".")


def measure(value: object) -> str:
    """A measure of quality with three decimals, so that a column of them lines up.

    >>> measure(0.75), measure(-1.3021), measure(2), measure(None), measure(float("nan"))
    ('0.750', '-1.302', '2.000', '–', '–')
    """
    return f"{value:.3f}" if isinstance(value, (int, float)) and value == value else NONE


def share(value: object) -> str:
    """A share as a percentage.

    >>> share(0.9876), share(0), share(None)
    ('98.8%', '0.0%', '–')
    """
    return f"{value:.1%}" if isinstance(value, (int, float)) else NONE


def text(value: object) -> str:
    """Text, or a dash."""
    return NONE if value in (None, "") else str(value)
