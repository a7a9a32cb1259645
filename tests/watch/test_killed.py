"""A process killed at the worst moments, then started again: every alert once, in the state and in the log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.watch.conftest import busy_market, cut, put_all, rows_of, summary
from tests.watch.test_directory import lines

pytestmark = pytest.mark.processes
MOMENTS = {
    "within the transaction": """
from alertgrade.watch import record
whole = record.raise_alerts
def dying(con, sequence, alerts):
    whole(con, sequence, alerts)
    if sequence == 4: die()
record.raise_alerts = dying
""",
    "after the commit, before the log": """
from alertgrade.watch.journals import Journals
whole = Journals.committed
def dying(self, record, sequence):
    if sequence == 4: die()
    return whole(self, record, sequence)
Journals.committed = dying
""",
    "half a line into the log": """
from alertgrade.watch.journal import Journal
whole = Journal.append
def dying(self, records):
    if records and self._path.name == "alerts.jsonl":
        from alertgrade.watch.journal import as_line
        with self._path.open("a") as file: file.write(as_line(records[0])[:30])
        die()
    whole(self, records)
Journal.append = dying
""",
}
SCRIPT = """
import os, signal, sys
from pathlib import Path
from tests.watch.conftest import Place
def die(): os.kill(os.getpid(), signal.SIGKILL)
{moment}
Place(*map(Path, sys.argv[1:])).run()
"""


@pytest.mark.parametrize("moment", list(MOMENTS))
def test_killed_and_started_again_gives_every_alert_once(
    place: Callable[..., Any], batch_run: Callable[..., Any], repository: Path, moment: str
) -> None:
    market = busy_market()
    here, wanted = place(market), batch_run(market)
    put_all(here.inbox, cut(rows_of(market), 6, 2))
    folders = [str(here.inbox), str(here.reference), str(here.out)]
    died = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(moment=MOMENTS[moment]), *folders],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    watched = here.run()
    assert summary(here.alerts()) == summary(wanted)
    logged = [line["alert"]["alert_id"] for line in lines(here.out / "alerts.jsonl")]
    assert sorted(logged) == sorted(alert.alert_id for alert in wanted)
    rows = len(market.orders) + len(market.trades)
    assert (watched.rows, watched.duplicates, watched.late_rows) == (rows, 0, 0)
