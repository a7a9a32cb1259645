"""`alertgrade import ctp`: what it says of the records."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.errors import AlertError


@pytest.fixture
def run(desk, tmp_path):
    """Run the command over the desk's records; exceptions come through, as the front door expects them."""

    def _run(*options):
        arguments = ["import", "ctp", str(desk.write()), str(tmp_path / "events"), *map(str, options)]
        result = CliRunner().invoke(build_app(), arguments)
        if isinstance(result.exception, AlertError):
            raise result.exception
        return result.exit_code, " ".join(result.output.split())

    return _run


def test_the_summary_names_every_count(desk, run):
    desk.sent().at_exchange().at_exchange().cancelled().at_exchange("5", OrderSubmitStatus="4", OrderSysID="7")
    desk.sent(OrderRef="9").at_exchange(ExchangeID="NYSE")
    desk.trade().trade().trade(TradeID="2", OrderSysID="55").session()
    code, output = run()
    assert code == 0
    assert "orders 3 rows" in output
    assert "6 order messages: 5 transitions, 1 sent again; 1 orders accepted, 1 cancelled, 1 rejected" in output
    assert "3 trade messages: 2 trades, 1 sent again, 0 no match in the book; 1 without an accepted order" in output
    assert "1 session records: 1 logins" in output
    assert "1 records quarantined" in output
    assert "quarantined 1 x orders: ExchangeID is broken" in output
    assert "(first in orders.csv, line 8)" in output
    assert "1 orders were not heard of again before the exchange had them" in output
    assert "no relays are configured" in output


def test_the_configuration_is_named_on_the_command_line(desk, run, tmp_path):
    (tmp_path / "my.yaml").write_text("relay: {ips: [10.0.0.1]}\n")
    desk.at_exchange().trade()
    code, output = run("--config", tmp_path / "my.yaml")
    assert code == 0
    assert "no relays are configured" not in output
    assert "written to" in output
