"""The door before the scoring thread."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from serving.admission import Limits, Overloaded, ScoringQueue
from serving.delivery import to_futures


class HandClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return HandClock()


def call_each(jobs):
    return [job() for job in jobs]


def together(queue, *parts):
    """Callers who ask at once."""
    asked = [Future() for _ in parts]
    for items, future in zip(parts, asked, strict=True):
        queue.put(items, future, to_futures)
    queue.wake()
    return asked


def queue_of(clock=None, **limits) -> ScoringQueue:
    return ScoringQueue(call_each, Limits(**({"group": 1} | limits)), *([clock] if clock else []))


@pytest.fixture
def blocked(clock):
    """A queue whose thread is busy until ``release`` is set."""
    queue = queue_of(clock, queue_age_s=0.025, queue_length=3)
    release, started = threading.Event(), threading.Event()
    queue.submit([lambda: (started.set(), release.wait())])
    started.wait()
    yield queue, release
    release.set()
    queue.close()


@pytest.mark.parametrize(("waited", "admitted"), [(0.024, True), (0.025, True), (0.0251, False)])
def test_work_is_admitted_until_the_oldest_has_waited_longer_than_the_limit(blocked, clock, waited, admitted):
    queue, _ = blocked
    queue.submit([lambda: None])
    clock.now += waited
    assert queue.oldest_wait() == waited
    if admitted:
        queue.submit([lambda: None])
    else:
        with pytest.raises(Overloaded) as refused:
            queue.submit([lambda: None])
        assert refused.value.retry_after == 1


def test_nobody_waits_while_the_thread_works_on_the_only_job(blocked, clock):
    queue, _ = blocked
    clock.now += 10
    assert queue.oldest_wait() == 0.0
    queue.submit([lambda: None])


def test_the_length_is_bounded_too_and_the_rest_of_a_batch_passes(blocked):
    queue, _ = blocked
    for _ in range(3):
        queue.submit([lambda: None])
    with pytest.raises(Overloaded):
        queue.submit([lambda: None])
    queue.submit([lambda: None], admitted=True)


def test_no_more_is_let_in_than_the_usual_time_of_a_job_allows(clock):
    queue = queue_of(clock, queue_age_s=0.025)
    queue.submit([lambda: setattr(clock, "now", clock.now + 0.010)]).result()  # a job takes 10 ms
    release, started = threading.Event(), threading.Event()
    queue.submit([lambda: (started.set(), release.wait())])
    started.wait()
    for _ in range(3):  # none, one and two before it: 0, 10 and 20 ms to come
        queue.submit([lambda: None])
    with pytest.raises(Overloaded):  # three: 30 ms
        queue.submit([lambda: None])
    release.set()
    queue.close()


def test_retry_after_grows_with_the_wait(blocked, clock):
    queue, _ = blocked
    queue.submit([lambda: None])
    clock.now += 3.2
    with pytest.raises(Overloaded) as refused:
        queue.submit([lambda: None])
    assert refused.value.retry_after == 4


def test_jobs_run_in_order_and_closing_lets_what_waits_finish(blocked):
    queue, release = blocked
    done: list[int] = []
    waiting = [queue.submit([lambda number=number: done.append(number)]) for number in range(3)]
    release.set()
    queue.close()
    assert done == [0, 1, 2]
    assert all(one.done() for one in waiting)
    with pytest.raises(Overloaded):
        queue.submit([lambda: None], admitted=True)


def test_a_job_that_fails_fails_alone():
    queue = queue_of()
    failing = queue.submit([lambda: 1 / 0])
    with pytest.raises(ZeroDivisionError):
        failing.result()
    assert queue.submit([lambda: 1]).result() == [1]
    queue.close()


def test_what_waits_is_worked_on_together_up_to_a_group_and_answered_each_its_own():
    release, started = threading.Event(), threading.Event()
    groups: list[list[int]] = []

    def work(numbers: list[int]) -> list[int]:
        groups.append(numbers)
        started.set()
        release.wait()
        return [10 * number for number in numbers]

    queue = ScoringQueue(work, Limits(queue_age_s=60.0, group=4))
    first = queue.submit([0])
    started.wait()
    waiting = [queue.submit(numbers) for numbers in ([1], [2, 3], [4, 5], [6, 7, 8, 9, 10], [11])]
    release.set()
    assert first.result() == [0]
    assert [one.result() for one in waiting] == [[10], [20, 30], [40, 50], [60, 70, 80, 90, 100], [110]]
    assert groups == [[0], [1, 2, 3], [4, 5], [6, 7, 8, 9, 10], [11]]  # what belongs together stays together
    queue.close()


@pytest.mark.parametrize(("waited", "admitted"), [(0.119, True), (0.121, False)])
def test_on_a_slow_machine_the_wait_for_one_group_is_no_overload(clock, waited, admitted):
    queue = queue_of(clock, queue_age_s=0.025, group=4)
    queue.submit([lambda: setattr(clock, "now", clock.now + 0.020)]).result()  # a group takes 80 ms
    release, started = threading.Event(), threading.Event()
    queue.submit([lambda: (started.set(), release.wait())])
    started.wait()
    queue.submit([lambda: None])
    clock.now += waited
    assert (queue.full() is None) is admitted
    release.set()
    queue.close()


def test_one_group_may_wait_however_slow_the_work_is_but_never_beyond_the_age(clock):
    queue = queue_of(clock, queue_age_s=0.025, group=3)
    queue.submit([lambda: setattr(clock, "now", clock.now + 1.0)]).result()
    release, started = threading.Event(), threading.Event()
    queue.submit([lambda: (started.set(), release.wait())])
    started.wait()
    for _ in range(3):
        assert queue.full() is None
        queue.submit([lambda: None])
    assert queue.full() is not None
    with pytest.raises(Overloaded):
        queue.submit([lambda: None])
    release.set()
    queue.close()


def test_after_a_group_its_callers_are_given_a_moment_to_ask_again_and_one_alone_is_not_kept():
    groups: list[list[int]] = []
    queue = ScoringQueue(lambda numbers: groups.append(numbers) or numbers, Limits(company_s=30.0))
    alone = queue.submit([0]).result(5)  # none before: no wait
    again = queue.submit([1]).result(5)  # as many as before: no wait
    pair = [one.result(5) for one in together(queue, [2], [3])]  # more: no wait
    first = queue.submit([4])  # fewer: it waits for its fellow, and not half a minute
    second = queue.submit([5])
    assert [alone, again, *pair, first.result(5), second.result(5)] == [[0], [1], [2], [3], [4], [5]]
    assert groups == [[0], [1], [2, 3], [4, 5]]
    queue.close()


def test_a_batch_is_one_caller_and_what_is_left_of_it_waits_for_nobody():
    queue = ScoringQueue(lambda numbers: numbers, Limits(company_s=30.0))
    queue.submit([0, 1, 2]).result(5)
    assert queue.submit([3]).result(0.9) == [3]
    queue.close()


def test_long_after_a_group_nobody_is_expected_back(clock):
    queue = ScoringQueue(lambda numbers: numbers, Limits(company_s=30.0), clock)
    for one in together(queue, [0], [1]):
        one.result(5)
    clock.now += 31.0
    assert queue.submit([2]).result(0.9) == [2]
    queue.close()


def test_who_asks_for_nothing_is_answered_and_so_is_the_next():
    queue = ScoringQueue(lambda numbers: numbers, Limits())
    assert queue.submit([]).result(0.9) == []
    assert queue.submit([1]).result(0.9) == [1]
    queue.close()


def test_who_waits_for_company_in_vain_is_graded_all_the_same():
    groups: list[list[int]] = []
    queue = ScoringQueue(lambda numbers: groups.append(numbers) or numbers, Limits(company_s=0.001))
    for one in together(queue, [0], [1]):
        one.result(5)
    assert queue.submit([2]).result(5) == [2]
    assert groups == [[0, 1], [2]]
    queue.close()


def test_what_was_put_waits_for_the_wake_and_a_group_is_handed_over_at_once():
    handed: list[list[tuple[str, object]]] = []
    done = threading.Event()

    class Ticket(str):
        def cancelled(self) -> bool:
            return self == "gone"

    def deliver(those) -> None:
        handed.append(those)
        done.set()

    queue = ScoringQueue(lambda numbers: [10 * number for number in numbers], Limits())
    for name, numbers in (("a", [1]), ("gone", [2]), ("b", [3, 4])):
        queue.put(numbers, Ticket(name), deliver)
    assert not handed
    queue.wake()
    assert done.wait(5)
    assert handed == [[("a", [10]), ("b", [30, 40])]]
    queue.close()
