"""The model inventory: what is said of each version, and what counts as its validation."""

import json

from ledger.chain import Entry
from monitoring.inventory import inventory, validated_on

CHAMPION = {"version": "2", "digest": "d" * 64, "aliases": ("champion",), "retired": False, "author": "a"}
CHAMPION |= {"metrics": {"log_loss": 1.0}, "manifest": {"data_from": "2026-01-05", "data_to": "2026-03-31"}}


def report(day: str, kind: str, *voices: str) -> Entry:
    said = {"months": [{"month": "2026-01-01", "figures": {voice: {} for voice in voices}}]}
    return Entry(1, "report", f"{kind}:{day}", f"{day}T00:00:00.000000Z", json.dumps(said), "", "")


def test_a_back_test_validates_a_champion_only_where_it_judged_it():
    entries = [
        report("2026-04-01", "backtest", "given", "rules only"),
        report("2026-05-01", "backtest", "given", "rules only", "champion"),
        report("2026-06-01", "market"),
    ]
    assert validated_on(entries) == ["2026-05-01"]
    assert validated_on([]) == []


def test_the_next_review_of_a_champion_is_half_a_year_after_its_last_validation():
    (row,) = inventory([CHAMPION], [], ["2026-05-01", "2026-03-01"])
    assert (row.status, row.last_validation, row.next_review) == ("champion", "2026-05-01", "2026-10-30")


def test_what_does_not_serve_has_no_next_review():
    (row,) = inventory([CHAMPION | {"aliases": (), "retired": True}], [], ["2026-05-01"])
    assert (row.status, row.next_review) == ("retired", None)


def test_every_version_has_an_owner_a_purpose_and_limits_in_both_languages():
    (row,) = inventory([CHAMPION], [], [], owner="risk desk")
    assert row.owner == "risk desk"
    assert row.purpose_zh
    assert row.purpose_en
    assert len(row.limits_zh) == len(row.limits_en) > 0
