"""A parameters folder against the shipped one: what differs, and whether two persons stand for it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from alertgrade.commands.check_pack import check_pack
from alertgrade.errors import AlertError
from rules_baseline.fee_tiers import load_tariffs
from rules_baseline.limits import SHIPPED
from rules_baseline.pack_check import pack_differences
from rules_baseline.rulebook import load_rulebook

SIGNED = "  author: first line\n  approver: second line\n  version: 2\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "pack"))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_copy_differs_in_nothing_and_a_signature_alone_is_no_change(pack: Path, capsys: Any) -> None:
    assert pack_differences(pack) == []
    edit(pack / "after_close" / "large_loss.yaml", "  days: 20\n", f"  days: 20\n{SIGNED}")
    assert pack_differences(pack) == []
    check_pack(pack)
    assert "0 changes" in capsys.readouterr().out


def test_a_changed_entry_needs_two_persons(pack: Path, capsys: Any) -> None:
    screen = pack / "after_close" / "large_loss.yaml"
    edit(screen, "days: 20", "days: 10")
    [found] = pack_differences(pack)
    assert (found.file, found.what, found.detail) == ("after_close/large_loss.yaml", "changed", "days 20 → 10")
    with pytest.raises(AlertError, match=r"1 of 1 changes without two persons.*large_loss.yaml: 2000-01-01"):
        check_pack(pack)
    edit(screen, "  days: 10\n", f"  days: 10\n{SIGNED}")
    check_pack(pack)
    assert "second line" in capsys.readouterr().out
    [choice] = load_rulebook(pack).choices.entries["large_loss"]
    assert (choice.evidence()["author"], choice.evidence()["version"]) == ("first line", 2)


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        ("  author: first line\n", "wanted both"),
        ("  approver: first line\n", "wanted both"),
        ("  author: first line\n  approver: First line\n", "wanted two persons"),
    ],
)
def test_half_a_signature_or_one_person_twice_is_refused_on_loading(pack: Path, signature: str, words: str) -> None:
    edit(pack / "after_close" / "large_loss.yaml", "  days: 20\n", f"  days: 20\n{signature}")
    with pytest.raises(AlertError, match=words):
        load_rulebook(pack)


def test_an_exchange_entry_and_a_tariff_are_compared_too(pack: Path) -> None:
    more = "".join(f"  {line}\n" for line in SIGNED.splitlines())
    edit(pack / "shfe.yaml", "    limit: 5\n", f"    limit: 6\n{more}")
    edit(pack / "message_fee.yaml", '"50"]]\n', f'"51"]]\n{more}')
    found = {one.file: one for one in pack_differences(pack)}
    assert set(found) == {"shfe.yaml", "message_fee.yaml"}
    assert found["shfe.yaml"].place == "self_trade 2019-01-21"
    assert found["shfe.yaml"].detail == "limit 5 → 6"
    assert all(one.signed for one in found.values())


def test_what_no_entry_carries_is_signed_in_the_common_file(pack: Path) -> None:
    edit(pack / "common.yaml", "warn_fraction: 0.8", "warn_fraction: 0.7")
    (pack / "after_close" / "leverage.yaml").write_text("[]\n", encoding="utf-8")
    found = pack_differences(pack)
    assert [(one.what, one.signed) for one in found] == [("removed", False), ("changed", False)]
    with (pack / "common.yaml").open("a", encoding="utf-8") as file:
        file.write("author: first line\napprover: second line\n")
    assert [one.signed for one in pack_differences(pack)] == [True, True]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "dce.yaml",
            "    limit: 5\n",
            "    limitt: 5\n",
            "dce.yaml:7: DCE self_trade from 2018-01-01: limitt is no key of an entry, perhaps limit; wanted",
        ),
        (
            "dce.yaml",
            "    limit: 5\n",
            "    limit: five\n",
            "dce.yaml:7: DCE self_trade from 2018-01-01: limit='five'; wanted a whole number of 0 or more",
        ),
        (
            "dce.yaml",
            "    limit: 5\n",
            "    limit: 99999999999999999999\n",
            "dce.yaml:7: DCE self_trade from 2018-01-01: limit=99999999999999999999; wanted",
        ),
        (
            "dce.yaml",
            "    limit: 5\n",
            "",
            "dce.yaml:6: DCE self_trade from 2018-01-01: no limit; wanted effective_from, limit, source, verified",
        ),
        (
            "dce.yaml",
            "effective_from: 2018-01-01",
            "effective_from: soon",
            "dce.yaml:6: DCE self_trade from soon: effective_from='soon'; wanted a date",
        ),
        (
            "dce.yaml",
            "verified: false",
            "verified: 'no'",
            "dce.yaml:11: DCE self_trade from 2018-01-01: verified='no'; wanted true or false",
        ),
        ("dce.yaml", "self_trade:", "self_trad:", "dce.yaml:5: 'self_trad'; wanted a list under one of"),
        (
            "dce.yaml",
            'size_share: "0.8"',
            'size_share: "1.5"',
            "dce.yaml:26: DCE large_cancel from 2018-01-01: size_share=1.5; wanted a share",
        ),
        (
            "dce.yaml",
            'size_share: "0.8"',
            "size_share: 0.8",
            "dce.yaml:26: DCE large_cancel from 2018-01-01: size_share=0.8; wanted a decimal of 0 or more",
        ),
        (
            "dce.yaml",
            'size_share: "0.8"',
            'size_share: "much"',
            "dce.yaml:26: DCE large_cancel from 2018-01-01: size_share='much'",
        ),
        (
            "dce.yaml",
            '    size_share: "0.8"\n',
            "",
            "dce.yaml:22: DCE large_cancel from 2018-01-01: neither size_lots nor size_share; wanted one of them",
        ),
        ("shfe.yaml", "    fee_releases: all\n", "", "no fee_releases with regime fee_aware; wanted"),
        (
            "message_fee.yaml",
            "    kinds: [future]\n",
            "    kind: [future]\n",
            "message_fee.yaml:9: SHFE tariff 1: kind is no key of a tariff",
        ),
        ("message_fee.yaml", '"0.5"]', "0.5]", "SHFE tariff 1: tiers=[[4000, '0', 0.5], "),
        ("czce.yaml", "size_lots: 800", "size_lots: -1", "size_lots=-1; wanted"),
        (
            "group_trade.yaml",
            "    limit: 1\n",
            "    limit: one\n",
            "group_trade.yaml:6: SHFE group_trade from 2025-08-08: limit='one'",
        ),
        ("czce.yaml", "size_lots: 800", "size_lots: 0", "size_lots=0; wanted a size of 1 lot or more"),
        ("dce.yaml", "exempt_hedges: [hedging", "exempt_hedges: [hedgingg", "exempt_hedges=['hedgingg'"),
        ("dce.yaml", "exempt_hedges: [hedging", "exempt_hedges: [{a: b}, hedging", "wanted a list of speculation, "),
        ("dce.yaml", "    limit: 5\n", "    limit: 5\n    limit: 6\n", "line 8 gives the key limit a second time"),
        *(
            ("dce.yaml", "    limit: 5\n", f"    limit: 5\n    {more}\n", f"dce.yaml:8: DCE self_trade {says}")
            for more, says in (
                ("kinds: 5", "from 2018-01-01: kinds=5; wanted a list of future, option"),
                ("kinds: [[a]]", "from 2018-01-01: kinds=[['a']]; wanted a list of future"),
                ("kinds: []", "from 2018-01-01: kinds=[]; wanted a list of future"),
                ("kinds:", "from 2018-01-01: kinds=null; wanted a list of future"),
                ("kinds: future", "from 2018-01-01: kinds='future'; wanted a list of future"),
                ("effective_to: 0", "from 2018-01-01: effective_to=0; wanted a date"),
                ("effective_to: ''", "from 2018-01-01: effective_to=''; wanted a date"),
                ("effective_to: false", "from 2018-01-01: effective_to=False; wanted a date"),
                ("effective_to: 2017-12-31", "from 2018-01-01: effective_to=2017-12-31 is not after"),
                ("effective_to: 2018-01-01", "from 2018-01-01: effective_to=2018-01-01 is not after"),
            )
        ),
        (
            "common.yaml",
            "null_cancelled_by: client",
            "null_cancelled_by: nobody",
            "common.yaml:7: defaults: null_cancelled_by='nobody'; wanted a text client or exchange or broker",
        ),
        ("common.yaml", "  null_cancelled_by: client", "  5", "common.yaml:6: defaults: defaults=5; wanted parameters"),
        ("common.yaml", "occurrence_days: 365", "occurrence_days:", "common.yaml: TypeError"),
    ],
)
def test_a_wrong_entry_is_named_by_file_line_and_key_in_one_line(
    pack: Path, file: str, old: str, new: str, says: str
) -> None:
    edit(pack / file, old, new)
    with pytest.raises(AlertError) as raised:
        pack_differences(pack)
    assert says in str(raised.value)
    assert "datetime" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_own_value_hides_a_wrong_default_and_is_named_in_its_own_file(pack: Path) -> None:
    edit(pack / "dce.yaml", "    exempt_hedges", "    null_cancelled_by: nobody\n    exempt_hedges")
    with pytest.raises(AlertError, match=r"^dce.yaml:\d+: DCE self_trade .*null_cancelled_by is no key"):
        pack_differences(pack)
    edit(pack / "dce.yaml", "    null_cancelled_by: nobody\n", "")
    edit(pack / "dce.yaml", "    regime:", "    null_cancelled_by: nobody\n    regime:")
    with pytest.raises(AlertError, match=r"^dce.yaml:\d+: DCE frequent_cancel .*null_cancelled_by='nobody'"):
        pack_differences(pack)


TARIFF = """\
measure: message_fee
SHFE:
  - effective_from: 2025-07-01
    kinds: [future]
    products: all
    tiers: [[0, "1", "2"]]
    source: ours
    verified: false
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[future]", "", "4: SHFE tariff 1: kinds=null; wanted a list of future, option"),
        ("[future]", "5", "4: SHFE tariff 1: kinds=5; wanted"),
        ("[future]", "[[a]]", "4: SHFE tariff 1: kinds=[['a']]; wanted"),
        ("[future]", "[]", "4: SHFE tariff 1: kinds=[]; wanted"),
        ("[future]", "future", "4: SHFE tariff 1: kinds='future'; wanted"),
        ("products: all", "products: null", "5: SHFE tariff 1: products=null; wanted a list of texts"),
        ("products: all", "products: 5", "5: SHFE tariff 1: products=5; wanted a list of texts"),
        ("products: all", "products: [cu, on]", "5: SHFE tariff 1: products=['cu', True]; wanted a list of texts"),
        ("products: all", "products: []", "5: SHFE tariff 1: products=[]; wanted a list of texts"),
        *(
            ("    kinds", f"    effective_to: {day}\n    kinds", f"4: SHFE tariff 1: effective_to={says}")
            for day, says in (
                ("0", "0; wanted a date"),
                ("''", "''; wanted a date"),
                ("false", "False; wanted a date"),
                ("2025-07-01", "2025-07-01 is not after effective_from=2025-07-01; wanted"),
            )
        ),
        ("verified: false", "verified: 'no'", "8: SHFE tariff 1: verified='no'; wanted true or false"),
        ('[[0, "1", "2"]]', "5", "6: SHFE tariff 1: tiers=5 ("),
        ('[[0, "1", "2"]]', "null", "6: SHFE tariff 1: tiers=None ("),
        ("[[0,", "[[0.5,", "6: SHFE tariff 1: tiers=[[0.5, "),
        ("[[0,", "[[-1,", "6: SHFE tariff 1: tiers=[[-1, "),
        ('"2"]', '"NaN"]', "6: SHFE tariff 1: tiers=[[0, '1', 'NaN']] (rate 'NaN'"),
        ('"2"]', '"-1"]', "6: SHFE tariff 1: tiers=[[0, '1', '-1']] (rate '-1'"),
        ("source: ours", "5: x\n    sources: ours", "7: SHFE tariff 1: 5 is no key of a tariff"),
    ],
)
def test_a_wrong_tariff_is_named_by_file_line_and_key_in_one_line(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    (tmp_path / "message_fee.yaml").write_text(TARIFF.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AlertError) as raised:
        load_tariffs(tmp_path)
    assert f"message_fee.yaml:{says}" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_tariff_may_end_the_day_after_it_began(tmp_path: Path) -> None:
    text = TARIFF.replace("    kinds", "    effective_to: 2025-07-02\n    kinds").replace("all", "[cu]")
    (tmp_path / "message_fee.yaml").write_text(text, encoding="utf-8")
    [tariff] = load_tariffs(tmp_path)
    assert (tariff.ends - tariff.starts).days == 1
    assert tariff.products == {"cu"}
