"""Feast is imported without its run-time type checks, and everybody else keeps theirs."""

from __future__ import annotations

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
