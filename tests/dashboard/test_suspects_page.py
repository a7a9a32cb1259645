"""Suspected groups: ranked as the API ranks them, evidence by kind, merged counts against limits."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rules_baseline.suspects import tables
from serving.dashboard.client import ApiClient
from tests.dashboard.conftest import links_of, rows_of, words
from tests.dashboard.desk import NOW
from tests.dashboard.desk_files import AS_OF, write_desk_files


@pytest.fixture
def suspected(api):
    """Two groups: one undeclared with a new breach, one recorded before with none."""
    folder = api.folder / "desk"
    write_desk_files(folder, "A001", "A002", NOW)
    first = {"rank": 1, "group_id": "S1", "score": 0.92, "accounts": 2, "account_ids": "A001 A002", "macs": 2}
    first |= {"new_breaches": 1, "new_breach_rules": "self_trade", "first_new_breach": date(2026, 3, 5)}
    second = {"rank": 2, "group_id": "S2", "score": 0.6, "accounts": 2, "account_ids": "A003 A004", "recorded_as": "U7"}
    pair = {"group_id": "S1", "a": "A001", "b": "A002", "score": 0.92, "mac_strength": 0.3, "macs": 2}
    count = {"group_id": "S1", "trading_day": date(2026, 3, 5), "rule_id": "self_trade", "exchange": "SHFE"}
    count |= {"contract": "cu2605", "level": "breach", "limit": 5.0, "new": True}
    counts = [count | {"count": 8.0, "largest_alone": 4.0}, count | {"count": 11.0, "largest_alone": 3.0}]
    for name, rows, schema in (
        ("suspects", [first, second], tables.GROUPS),
        ("suspect_pairs", [pair], tables.PAIRS),
        ("suspect_counts", counts, tables.MERGED),
    ):
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")
    return api


def test_groups_stand_by_rank_and_the_first_is_open(open_page, suspected):
    page = open_page("suspects").run()
    text = words(page)
    with ApiClient(suspected.url, suspected.key("reviewer")) as client:
        found = client.suspects()
    assert found["as_of"] == AS_OF
    shown = [(row[1], row[2], row[3], row[4]) for row in rows_of(page)]
    assert shown == [("A001 等 2 户", "92.0%", "2", "1"), ("A003 等 2 户", "60.0%", "2", "–")]
    assert "疑似组 A001 等 2 户" in text
    assert "数据截至 2026-03-06 15:55:00" in text
    assert "<td>A001 – A002</td><td>92.0%</td><td>2 (30.0%)</td><td>–</td>" in text
    assert links_of(page)["A002"].endswith("account=A002")


def test_merged_counts_stand_against_their_limit_the_furthest_first(open_page, suspected):
    text = words(open_page("suspects").run())
    assert text.index("<b>11 / 5</b>") < text.index("<b>8 / 5</b>")
    assert "220.0%" in text
    assert "新增" in text


def test_the_address_names_a_group_and_what_is_on_record_of_it_is_said(open_page, suspected):
    text = words(open_page("suspects", group="S2").run())
    assert "疑似组 A003 等 2 户" in text
    assert "已登记为疑似 U7" in text
    assert "合并后没有计数达到预警线" in text


def test_none_found_never_published_and_no_service_each_say_so(open_page, api):
    page = open_page("suspects").run()
    assert "was never published" in words(page)
    write_desk_files(api.folder / "desk", "A001", "A002", NOW)
    pq.write_table(pa.Table.from_pylist([], schema=tables.GROUPS), api.folder / "desk" / "suspects.parquet")
    assert "没有发现疑似实控组" in words(page.run())
    api.troubles["/v1/suspects"] = (500, b"")
    assert "服务内部错误" in words(page.run())
