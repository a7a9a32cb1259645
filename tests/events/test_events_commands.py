"""What `alertgrade check` and `alertgrade import mapping` print and how they end."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from alertgrade.commands import events as commands
from alertgrade.errors import AlertError


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run one of the two commands; exceptions come through, as the front door expects them."""
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path / "home"))
    app = typer.Typer()
    app.command("check")(commands.check)
    app.command("mapping")(commands.import_mapping)

    def _run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, AlertError):
            raise result.exception
        return result.exit_code, " ".join(result.output.split())

    return _run


def test_a_whole_folder_is_summed_up(run, folder):
    code, output = run("check", folder)
    assert code == 0
    assert "orders │ 3 │ 3 │ 0 │ 0" in output
    assert "quarantined " not in output.split("digest")[0].split("┃")[-1]


def test_rows_set_aside_are_counted_told_and_no_error(run, folder, write, tmp_path):
    write("orders", "too,short")
    write("control_groups", "group_id,account_id,declared,valid_from,valid_to", "G1,A1,true,2026-01-05,")
    write("control_groups", "G2,A1,true,2026-01-01,")
    write("trades", "2026-01-05T01:31:00Z,2026-01-05,SHFE,cu2606,A1,T9,O9,buy,open,speculation,3500,1,,,")
    write("readme", "hello")
    code, output = run("check", folder, "--quarantine", tmp_path / "q" / "rows.parquet")
    assert code == 0
    assert "quarantined 1 x orders: line has 2 fields, wanted 19 (first in orders.csv, line 5)" in output
    assert "SHFE.cu2606 is not in contracts on the day of 1 rows of trades" in output
    assert "account A1 is in groups G1 and G2 from 2026-01-05: G1 has it" in output
    assert "1 trades have no accepted order (kept)" in output
    assert "not raw tables, ignored: readme.csv" in output
    assert pq.read_table(tmp_path / "q" / "rows.parquet").column_names == ["table", "source", "line", "reason", "row"]


def test_a_fault_of_the_whole_is_an_error(run, folder, tmp_path):
    with pytest.raises(AlertError, match="no folder"):
        run("check", tmp_path / "absent")
    with pytest.raises(AlertError, match=r"ends in \.parquet"):
        run("check", folder, "--quarantine", tmp_path / "rows.csv")


def test_an_import_says_what_became_of_the_rows(run, tmp_path):
    (tmp_path / "m.yaml").write_text(
        "tables: {cash_flows: [{columns: {event_time: {from: t}, trading_day: {constant: 2026-01-05}, "
        "account_id: {from: a}, direction: {constant: deposit}, amount: {from: x}, cross_border: {constant: false}}}]}"
    )
    (tmp_path / "s.csv").write_text("t,a,x\n2026-01-05T01:00:00Z,A1,5\nshort\n")
    code, output = run("mapping", tmp_path / "s.csv", tmp_path / "out", "--mapping", tmp_path / "m.yaml")
    assert code == 0
    assert "cash_flows 1 rows" in output
    assert "1 rows read; 0 of them are no event of any table in the mapping" in output
    assert "1 lines are no rows" in output


def test_what_was_changed_is_said(run, folder, write, tmp_path):
    order = (
        "2026-01-05T01:31:00Z,2026-01-05,SHFE,rb2605, A9,O9,accepted,buy,open,speculation,limit,GFD,0.1234567,2,,,,,"
    )
    write("orders", order)
    accounts = folder / "accounts.csv"
    accounts.write_bytes(accounts.read_text(encoding="utf-8").replace("B1", "营业部").encode("gbk"))
    _, output = run("check", folder)
    assert "orders: blanks around values taken off in 1 rows" in output
    assert "orders: numbers rounded in 1 rows (a price keeps 6 decimals, an amount 4)" in output
    assert "accounts: read as GB18030" in output
