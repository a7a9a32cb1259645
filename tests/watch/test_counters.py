"""The counts against limits that the watch tells while it counts."""

import pyarrow.parquet as pq

from alertgrade.watch.counters import CountersFile
from rules_baseline.counters_table import counters_table
from tests.watch.conftest import busy_market, cut, put_all, rows_of

ROW = {"rule_id": "frequent_cancel", "subject_id": "A1", "count": 417, "limit": 500, "share": 0.834, "answer": "MISS"}


class Told:
    def __init__(self, folder):
        self.now, self.count, self.folder = 100.0, 0, folder
        self.file = CountersFile(folder, lambda: self.now, every_s=1.0)

    def rows(self):
        self.count += 1
        return [ROW | {"count": self.count}]

    def written(self):
        return pq.read_table(self.folder / "counters.parquet").to_pylist()[0]["count"]


def test_the_first_batch_is_told_at_once_and_the_next_not_before_its_time(tmp_path):
    told = Told(tmp_path / "desk")
    told.file.tell(told.rows)
    assert told.written() == 1
    told.now += 0.999
    told.file.tell(told.rows)
    assert told.written() == 1
    told.now += 0.001
    told.file.tell(told.rows)
    assert told.written() == 2


def test_what_was_left_for_later_is_written_when_things_settle_and_only_then(tmp_path):
    told = Told(tmp_path)
    told.file.tell(told.rows)
    told.file.settle(told.rows)
    assert told.count == 1, "nothing was left"
    told.file.tell(told.rows)
    told.file.settle(told.rows)
    assert told.written() == 2
    told.file.settle(told.rows)
    assert told.count == 2


def test_the_file_holds_what_the_engine_counts_at_the_end(place, tmp_path):
    market = busy_market()
    here = place(market)
    put_all(here.inbox, cut(rows_of(market), 5, seed=1))
    with here.watch(counters=CountersFile(tmp_path / "desk", lambda: 0.0)) as watch:
        watch.run(once=True)
        wanted = counters_table(watch._engine.status())
    assert wanted.num_rows > 0
    assert pq.read_table(tmp_path / "desk" / "counters.parquet").equals(wanted)
