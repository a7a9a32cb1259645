"""A parameters folder against the shipped one: what differs, and whether two persons stand for it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from alertgrade.commands.check_pack import check_pack
from alertgrade.errors import AlertError
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
