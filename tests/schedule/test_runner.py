"""The scheduler on a clock of the test's own: once, in order, whoever runs it; and it says what did not happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alertgrade.commands.schedule import turn
from alertgrade.errors import AlertError
from alertgrade.schedule.plan import Plan, read_plan
from alertgrade.schedule.runner import Done, Runner
from alertgrade.schedule.store import ScheduleStore
from ledger.errors import LedgerUnavailable

PLAN = {
    "timezone": "Asia/Shanghai",
    "holidays": ["2026-05-01"],
    "jobs": [
        {"name": "build", "cron": "0 17 * * mon-fri", "trading_days": True, "deadline": "20:45"},
        {"name": "load", "cron": "0 17 * * mon-fri", "trading_days": True, "needs": ["build"]},
        {"name": "drift", "cron": "30 21 * * mon-fri", "trading_days": True},
        {"name": "retrain"},
    ],
}


class Ledger:
    """The one verb the runner needs, remembered."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def append(self, kind, key, payload):
        assert kind == "schedule_run"
        self.rows.append({"key": key, **payload})


class World:
    """One database, one clock, any number of schedulers."""

    def __init__(self, folder) -> None:
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        self.now = shanghai(27, 9)  # a Monday
        self.ran: list[tuple[str, str]] = []
        self.alarms: list[tuple[str, dict]] = []
        self.broken: set[str] = set()
        self.follow: tuple[str, ...] = ()
        self.ledger, self.stores = Ledger(), []

    def runner(self, name: str = "one") -> Runner:
        store = ScheduleStore(self.url, name)
        self.stores.append(store)
        plan = Plan.model_validate(PLAN)
        work = {job.name: self._work(job.name) for job in plan.jobs}
        return Runner(plan, work, store, self.ledger, lambda t, p: self.alarms.append((t, dict(p))), lambda: self.now)

    def _work(self, name):
        def work(due):
            self.ran.append((name, f"{due.astimezone(Plan.model_validate(PLAN).zone):%d %H:%M}"))
            if name in self.broken:
                raise AlertError("no settlement file", "wanted one")
            return Done("done", self.follow if name == "drift" else ())

        return work


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    for store in made.stores:
        store.close()


@pytest.mark.parametrize(("minute", "ran"), [(-1, 0), (0, 2), (1, 2)], ids=["before", "at", "after"])
def test_a_job_is_due_at_its_minute_and_runs_once(world, minute, ran):
    runner = world.runner()
    runner.tick()
    world.now = shanghai(27, 17) + timedelta(minutes=minute)
    runner.tick()
    runner.tick()
    assert len(world.ran) == ran
    assert world.ran[:2] == [("build", "27 17:00"), ("load", "27 17:00")][:ran]


def test_two_schedulers_on_one_database_never_run_a_job_twice(world):
    first, second = world.runner("one"), world.runner("two")
    first.tick()
    world.now = shanghai(27, 18)
    first.tick()
    second.tick()
    assert [name for name, _ in world.ran] == ["build", "load"]
    assert world.stores[0].take("drift", world.now, world.now) is not world.stores[1].take(
        "drift", world.now, world.now
    )


def test_after_a_downtime_each_job_runs_once_for_the_latest_time_in_order(world):
    runner = world.runner()
    runner.tick()
    world.now = shanghai(30, 8)  # Thursday morning; three evenings were missed
    runner.tick()
    assert world.ran == [("build", "29 17:00"), ("load", "29 17:00"), ("drift", "29 21:30")]
    assert "stands for 2 earlier runs missed" in world.ledger.rows[0]["message"]


def test_a_new_plan_catches_up_nothing_from_before_it_was_known(world):
    world.now = shanghai(27, 18)
    assert world.runner().tick() == []


def test_weekends_and_holidays_are_no_trading_days(world):
    plan = Plan.model_validate(PLAN)
    after = shanghai(30, 18)  # Thursday; Friday is the holiday
    assert plan.next_due(plan.job("build"), after).astimezone(plan.zone).isoformat() == "2026-05-04T17:00:00+08:00"
    assert plan.next_due(plan.job("retrain"), after) is None


def test_what_needs_a_failed_job_waits_and_the_failure_alarms(world):
    runner = world.runner()
    runner.tick()
    world.broken, world.now = {"build"}, shanghai(27, 17, 1)
    runner.tick()
    assert [name for name, _ in world.ran] == ["build"]
    assert [(topic, alarm["job"]) for topic, alarm in world.alarms] == [("schedule.failed", "build")]
    world.broken = set()
    runner.now("build")
    runner.tick()
    assert [name for name, _ in world.ran] == ["build", "build", "load"]


def test_a_failure_alarms_even_where_the_record_cannot_be_written(world):
    runner = world.runner()
    world.broken.add("drift")

    def append(*_):
        raise LedgerUnavailable("the ledger cannot be used", "wanted a store that answers", "")

    world.ledger.append = append
    with pytest.raises(LedgerUnavailable):
        runner.now("drift")
    assert [topic for topic, _ in world.alarms] == ["schedule.failed"]


@pytest.mark.parametrize(("hour", "minute", "alarms"), [(20, 44, 0), (20, 45, 1), (23, 0, 1)])
def test_a_build_without_a_good_run_by_its_deadline_alarms_once(world, hour, minute, alarms):
    runner = world.runner()
    runner.tick()
    world.broken, world.now = {"build"}, shanghai(28, hour, minute)
    runner.tick()
    runner.tick()
    assert sum(topic == "schedule.missed" for topic, _ in world.alarms) == alarms


def test_a_job_that_is_off_does_not_run_and_is_not_caught_up(world):
    runner = world.runner()
    runner.tick()
    world.stores[0].switch("build", world.now, on=False)
    world.now = shanghai(28, 18)
    runner.tick()
    world.stores[0].switch("build", world.now, on=True)
    runner.tick()
    assert "build" not in [name for name, _ in world.ran]


def test_degradation_opens_one_retraining_and_not_another_within_two_weeks(world):
    runner = world.runner()
    runner.tick()
    world.follow = ("retrain",)
    for day in (27, 28, 29):
        world.now = shanghai(day, 22)
        runner.tick()
    assert [name for name, _ in world.ran].count("retrain") == 1


def test_a_run_whose_process_died_is_said_to_have_failed(world):
    runner = world.runner()
    runner.tick()
    world.stores[0].take("drift", world.now, world.now)
    world.now += timedelta(hours=6, minutes=1)
    runner.tick()
    last = world.stores[0].last("drift")
    assert (last.ok, "died" in last.message) == (False, True)


def test_the_shipped_plan_is_sound_and_a_broken_one_is_named(tmp_path):
    assert [job.name for job in read_plan().jobs][:3] == ["rules", "build", "materialize"]
    for text, said in (("jobs: [", "is not YAML"), ("timezone: UTC\njobs: [{name: a, needs: [b]}]", "a needs b")):
        (tmp_path / "plan.yaml").write_text(text)
        with pytest.raises(AlertError, match=said):
            read_plan(tmp_path / "plan.yaml")


def test_a_job_the_plan_does_not_know_is_refused_with_those_it_knows(world):
    with pytest.raises(AlertError, match="wanted one of build, load, drift, retrain"):
        world.runner().now("promote")


def test_a_ledger_that_does_not_answer_ends_no_scheduler_but_a_single_run(world):
    runner = world.runner()
    runner.tick()
    world.now = shanghai(27, 17)

    def unavailable(kind, key, payload):
        raise LedgerUnavailable("the ledger cannot be used: locked")

    world.ledger.append = unavailable
    assert turn(runner, once=False) == 30.0
    world.now = shanghai(28, 17)
    with pytest.raises(LedgerUnavailable):
        turn(runner, once=True)
    del world.ledger.append
    world.now = shanghai(29, 17)
    assert turn(runner, once=True) is None
    assert ("build", "29 17:00") in world.ran
