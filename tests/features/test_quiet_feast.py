"""Feast is imported without its run-time type checks, and everybody else keeps theirs."""

from __future__ import annotations

import contextlib
import threading

import typeguard

from features.quiet_feast import quiet_feast


def test_type_checks_are_off_inside_and_back_afterwards() -> None:
    checked = typeguard.typechecked
    with quiet_feast():

        @typeguard.typechecked
        def bare(number: int) -> int:
            return number

        @typeguard.typechecked(always=True)
        def with_options(number: int) -> int:
            return number

    assert bare("text") == with_options("text") == "text"
    assert typeguard.typechecked is checked


def test_two_threads_that_import_at_once_leave_the_checks_as_they_were():
    checked, both_in = typeguard.typechecked, threading.Barrier(2, timeout=0.2)

    def enter() -> None:
        with quiet_feast(), contextlib.suppress(threading.BrokenBarrierError):
            both_in.wait()

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert typeguard.typechecked is checked
    assert both_in.broken  # one waited outside for the other
