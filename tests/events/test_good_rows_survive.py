"""Whatever stands between them, good rows come through, and every other line is accounted for."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADER = b"event_time,trading_day,account_id,event,ip,mac,via_relay\n"
GOOD = "2026-01-05T01:30:00Z,2026-01-05,G{},login,{},,false\n"

good_ip = st.sampled_from(["10.0.0.1", '"10.0.0.1"', '"a,b"', '"a ""b"""', ""])
broken = st.sampled_from(
    [
        b"2026-01-05T01:30:00Z,2026-02-30,X,login,,,false",
        b"2026-01-05T01:30:00Z,2026-01-05,X,hello,,,false",
        b"2026-01-05T01:30:00Z,2026-01-05,X,login,,,maybe",
        b",,,,,,",
        b"one field",
        b"a,b,c,d,e,f,g,h",
        b'2026-01-05T01:30:00Z,2026-01-05,X,login,"open,,false',
        b'2026-01-05T01:30:00Z,2026-01-05,X,login,clo"sed,,false',
        b'"',
        b'""',
        b"\xff\xfe,2026-01-05,X,login,,,false",
        b"\x01\x02",
        b"   ",
    ]
)
noise = st.binary(min_size=1, max_size=40).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b"") + b",")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(good_ip, good_ip, broken, noise), max_size=25))
def test_good_rows_survive_any_mixture(folder, load, rows, lines):
    wanted, content = [], HEADER
    for number, line in enumerate(lines):
        if isinstance(line, str):
            wanted.append(f"G{number}")
            content += GOOD.format(number, line).encode()
        else:
            content += line + b"\n"
    (folder / "logins.csv").write_bytes(content)
    with load() as events:
        kept = sorted(r["account_id"] for r in rows(events.table("logins")))
        summary = {s.table: s for s in events.summary.tables}["logins"]
        found = rows(events.quarantine)
    assert kept == sorted(wanted)
    assert summary.read == summary.kept + summary.quarantined + summary.duplicates
    assert len(found) == summary.quarantined
    spoiled = {number + 2 for number, line in enumerate(lines) if not isinstance(line, str)}
    assert {row["line"] for row in found} <= spoiled
