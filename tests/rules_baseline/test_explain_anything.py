"""An alert is explained whatever its evidence holds: the service takes alerts that others wrote."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules_baseline.explain import explained, sentences
from rules_baseline.explain_counts import counted_rows
from rules_baseline.explain_texts import SENTENCES
from rules_baseline.trigger import TriggerRecord

ODD = ("1E+999999999", "1E-999999999", "sNaN", "NaN", "x", "", "\ud800", "net_pnl < 5", "HIT", "change", "fee_aware")
texts = st.one_of(st.text(st.characters(exclude_categories=()), max_size=5), st.sampled_from(ODD))
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), texts)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)


def holding(*names: str) -> Any:
    """A mapping with some of these keys and anything under them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, anything))


SIZES = ("size_lots", "size_share", "regime", "fee_releases", "ioc_counts", "exempt_hedges")
CONDITION = ("condition", "unit", "result", "value", "limit", "kind", "previous", "ratio")
ENTRY = ("source", "verified", "effective_from", "effective_to", "author", "approver", "file", "sha256", "version")
KNOWN = ("accounts", "accounts_total", "breach_count", "breach_limit", "days", "distances", "event_ids", "events")
MORE = ("limits", "measured", "members", "parameter", "conditions", "warning_at", "logic")
limits = st.dictionaries(st.sampled_from(["trades", "lots", "x"]), anything, max_size=3)
shaped = st.fixed_dictionaries(
    {},
    optional={
        "parameter": st.builds(lambda entry, values: entry | {"values": values}, holding(*ENTRY), holding(*SIZES)),
        "conditions": st.lists(holding(*CONDITION), max_size=3),
        "days": holding("from", "to", "used", "asked"),
        **dict.fromkeys(("limits", "measured", "distances"), limits),
    },
)
evidence = st.one_of(anything, holding(*KNOWN, *MORE), st.builds(lambda a, b: a | b, holding(*KNOWN, *MORE), shaped))


def alert(rule_id: str, found: Any, level: str = "breach", measured: float | None = 12.0) -> TriggerRecord:
    return TriggerRecord(
        alert_id="id",
        rule_id=rule_id,
        level=level,
        trading_day=date(2026, 3, 2),
        subject_type="account",
        subject_id="A",
        account_id="A",
        triggered_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        measured=measured,
        threshold=10.0,
        evidence=found if isinstance(found, str) else json.dumps(found),
    )


@settings(deadline=None)  # the first that holds limits of a screen reads all screens
@given(
    found=evidence,
    rule_id=st.sampled_from([*sorted(SENTENCES), "our_own"]),
    level=st.sampled_from(["warning", "breach", "severe"]),
    measured=st.sampled_from([None, 12.0]),
    language=st.sampled_from([None, "zh", "en"]),
)
@example({"parameter": {"values": {"size_share": "x"}}}, "large_cancel", "breach", 12.0, None)
@example({"parameter": {"values": {"size_share": "1E+999999999"}}}, "large_cancel", "breach", 12.0, None)
@example({"limits": {"x": "1E+999999999"}, "measured": {"x": 10**400}}, "our_own", "breach", 12.0, None)
@example({"limits": {"x": "1"}, "measured": [1], "distances": 5}, "our_own", "breach", 12.0, None)
@example({"conditions": [3, {"condition": "a >= 1"}, {}]}, "our_own", "breach", 12.0, None)
@example({"members": {"A": "many", "B": None}}, "our_own", "breach", 12.0, None)
@example({"event_ids": 5, "events": "many", "accounts": [], "accounts_total": "x"}, "our_own", "breach", 12.0, None)
@example({"days": {"from": "2026-03-02"}, "lots": "\ud800"}, "our_own", "breach", 12.0, None)
def test_whatever_the_evidence_holds_there_is_an_explanation_that_can_be_written(
    found: Any, rule_id: str, level: str, measured: float | None, language: str | None
) -> None:
    one = alert(rule_id, json.dumps(found), level, measured)
    lines = explained(one, language=language)
    assert len(lines) > 5
    "\n".join(lines).encode()
    assert all(sentences(one))


@pytest.mark.parametrize("depth", range(700, 1000, 6))
def test_evidence_that_is_read_at_all_is_told_however_deep_it_is(depth: int) -> None:
    for begins, ends in (("[", "]"), ('{"a":', "}")):
        assert explained(alert("our_own", '{"deep": ' + begins * depth + "1" + ends * depth + "}"))


@pytest.mark.parametrize(("depth", "told"), [(48, True), (49, True), (50, False)])
def test_what_is_nested_too_deep_is_left_out(depth: int, told: bool) -> None:
    text = "\n".join(explained(alert("our_own", '{"lots": 7, "deep": ' + "[" * depth + "1" + "]" * depth + "}")))
    assert ("deep=" in text) is told
    assert "lots=7" in text


def test_what_is_malformed_is_left_out_and_the_rest_is_told() -> None:
    good = {"condition": "lots >= 1 on the day", "kind": "threshold", "unit": "lots", "result": "HIT", "value": "2"}
    found = {
        "conditions": [{"condition": "orders >= 1 on the day"}, {**good, "limit": "1"}],
        "members": {"A": "many"},
        "event_ids": "o1",
        "events": 3,
        "lots": 7,
    }
    text = "\n".join(explained(alert("our_own", found), language="en"))
    assert "condition: lots >= 1 on the day: 2, limit 1 lots, HIT" in text
    assert text.count("condition:") == 1
    assert "members" not in text
    assert "events: 3\n" in text + "\n"
    assert "lots=7" in text


@pytest.mark.parametrize(
    ("share", "percent"),
    [("1", "100"), ("1.0", "100"), ("0.8", "80"), ("0.1", "10"), ("0.125", "12.5"), ("1E-1", "10")],
)
def test_a_share_is_told_in_percent(share: str, percent: str) -> None:
    said = counted_rows("large_cancel", {"size_share": share})
    assert said is not None
    assert f"of {percent} % of" in said[1]
    assert f"的 {percent}% 及" in said[0]


@pytest.mark.parametrize("share", ["x", "-0.1", "1E+999999999", "1000", ["0.8"], None, True])
def test_a_share_that_is_none_says_nothing(share: Any) -> None:
    assert counted_rows("large_cancel", {"size_share": share}) is None


@pytest.mark.parametrize("releases", ["all", "limit"])
def test_both_languages_say_whose_cancels_count(releases: str) -> None:
    said = counted_rows("frequent_cancel", {"regime": "fee_aware", "fee_releases": releases})
    assert said is not None
    (zh, zh_others), (en, en_others) = said[0].split("；"), said[1].split("; ")
    assert "客户自己的全部撤单及 FOK/FAK 撤单（后者不论由谁撤销）" in zh_others
    assert "every cancel of the client's and of FOK and FAK orders" in en_others
    assert (
        ("客户自己的非限价单撤单" in zh)
        is ("the client's own of orders that are no limit" in en)
        is (releases == "limit")
    )


@pytest.mark.parametrize("values", [{}, {"regime": "other"}, {"regime": "fee_aware"}, {"ioc_counts": "no"}])
def test_parameters_that_do_not_say_what_counts_say_nothing(values: dict[str, Any]) -> None:
    assert counted_rows("frequent_cancel", values) is None
    assert counted_rows("large_cancel", values) is None


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("zh", "条件: cancels >= 3 x previous on the day: 8 (前一窗口 2, 比值 4), 倍数 3, HIT"),
        ("en", "condition: cancels >= 3 x previous on the day: 8 (previous 2, ratio 4), factor 3, HIT"),
    ],
)
def test_a_condition_is_told_in_the_language_asked_for(language: str, says: str) -> None:
    one = {"condition": "cancels >= 3 x previous on the day", "kind": "change", "unit": "cancels", "result": "HIT"}
    found = {"conditions": [{**one, "value": "8", "previous": "2", "ratio": 4.0, "limit": "3"}]}
    assert f"  {says}" in explained(alert("our_own", found), language=language)
