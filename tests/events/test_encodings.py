"""CSV in UTF-8 and in GBK say the same, and a wrong byte costs the row it stands in."""

from __future__ import annotations

import pytest

from alertgrade.errors import AlertError
from features.events.encodings import GB18030, UTF8, encoding_of
from features.events.load import load_events
from features.events.mapping import read_mapping
from features.events.mapping_run import run_mapping

ACCOUNTS = """\
account_id,account_type,branch,channel,is_employee,is_programmatic,is_market_maker,opened_on,name,valid_from,valid_to
A1,individual,上海营业部,direct,false,false,false,2020-01-01,张三,2020-01-01,
A2,institution,深圳营业部,direct,false,true,false,2020-01-01,某某投资,2020-01-01,
"""


def branches(events):
    return [r["branch"] for r in events.table("accounts").order_by("account_id").to_pyarrow().to_pylist()]


def encodings(events):
    return {table.table: table.encoding for table in events.summary.tables}


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", UTF8), ("utf-8-sig", UTF8), ("gbk", GB18030), ("gb2312", GB18030), ("gb18030", GB18030)],
)
def test_chinese_text_is_read_in_each_encoding_and_the_encoding_is_said(load, folder, encoding, said):
    (folder / "accounts.csv").write_bytes(ACCOUNTS.encode(encoding))
    events = load()
    assert branches(events) == ["上海营业部", "深圳营业部"]
    assert events.summary.quarantined == 0
    assert encodings(events) == {"accounts": said, "contracts": UTF8, "orders": UTF8, "trades": UTF8}


def test_characters_beyond_gbk_are_read_as_gb18030(load, folder):
    rare = ACCOUNTS.replace("上海", "𠮷镕")  # four bytes in GB18030
    (folder / "accounts.csv").write_bytes(rare.encode("gb18030"))
    assert branches(load())[0] == "𠮷镕营业部"


def test_one_person_has_one_pseudonym_in_both_encodings(load, folder, rows):
    names = []
    for encoding in ("utf-8", "gbk"):
        (folder / "accounts.csv").write_bytes(ACCOUNTS.encode(encoding))
        names.append([r["name"] for r in rows(load().table("accounts").order_by("account_id"))])
    assert names[0] == names[1]


@pytest.mark.parametrize(("encoding", "said"), [("utf-8", "UTF-8"), ("gbk", "GB18030")])
@pytest.mark.parametrize("wrong", [b"\xff", b"\x80"])
def test_a_wrong_byte_costs_its_line_and_no_other(load, folder, reasons, encoding, said, wrong):
    first, second, third = ACCOUNTS.encode(encoding).splitlines()
    (folder / "accounts.csv").write_bytes(b"\n".join([first, second, third.replace(b"A2", b"A3" + wrong), third]))
    events = load()
    assert reasons(events) == [("accounts", 3, f"line is not {said}")]
    assert branches(events) == ["上海营业部", "深圳营业部"]


def test_quotes_and_commas_inside_chinese_text_are_split_before_it_is_decoded(load, folder):
    (folder / "accounts.csv").write_bytes(ACCOUNTS.replace("上海营业部", '"上海,""一""部"').encode("gbk"))
    assert branches(load())[0] == '上海,"一"部'


@pytest.mark.parametrize(
    ("utf8", "gbk", "said"),
    [(0, 0, UTF8), (1, 0, UTF8), (0, 1, GB18030), (2, 1, UTF8), (1, 1, UTF8), (1, 2, GB18030)],
)
def test_the_encoding_is_that_of_more_lines_and_a_tie_is_utf8(tmp_path, utf8, gbk, said):
    lines = [b"ascii"] + ["营业部".encode()] * utf8 + ["营业部".encode("gbk")] * gbk
    (tmp_path / "file.csv").write_bytes(b"\n".join(lines))
    assert encoding_of(tmp_path / "file.csv") == said


@pytest.mark.parametrize(("enough", "said"), [(1, UTF8), (2, UTF8), (3, GB18030)])
def test_no_more_lines_are_looked_at_than_are_enough(tmp_path, enough, said):
    (tmp_path / "file.csv").write_bytes(b"\n".join(["营业部".encode(), *["营业部".encode("gbk")] * 2]))
    assert encoding_of(tmp_path / "file.csv", enough) == said


def test_utf16_is_refused_by_name(load, folder):
    (folder / "accounts.csv").write_bytes(ACCOUNTS.encode("utf-16"))
    with pytest.raises(AlertError, match=r"accounts\.csv is UTF-16; wanted UTF-8 or GBK"):
        load()


MAPPING = """\
tables:
  cash_flows:
    - columns:
        event_time: {from: 时间}
        trading_day: {constant: 2026-01-05}
        account_id: {from: 资金账号}
        direction: {from: 方向, values: {入金: deposit, 出金: withdrawal}}
        amount: {from: 金额}
        cross_border: {constant: false}
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_mapping_reads_chinese_columns_and_values_of_either(tmp_path, encoding):
    (tmp_path / "m.yaml").write_text(MAPPING, encoding="utf-8")
    source = "时间,资金账号,方向,金额\n2026-01-05T01:00:00Z,A1,入金,5\n2026-01-05T02:00:00Z,A1,出金,3\n"
    (tmp_path / "s.csv").write_bytes(source.encode(encoding))
    result = run_mapping(tmp_path / "s.csv", tmp_path / "out", read_mapping(tmp_path / "m.yaml"))
    assert result.encoding == (GB18030 if encoding == "gbk" else UTF8)
    import pyarrow.parquet as pq

    assert pq.read_table(tmp_path / "out" / "cash_flows.parquet")["direction"].to_pylist() == ["deposit", "withdrawal"]


def test_a_large_folder_in_gbk_goes_by_the_disk_and_says_the_same(folder):
    (folder / "accounts.csv").write_bytes(ACCOUNTS.encode("gbk"))
    with load_events(folder, pseudonym_key=b"k" * 32, large=0) as events:
        assert branches(events) == ["上海营业部", "深圳营业部"]
