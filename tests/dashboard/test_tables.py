"""Tables: a column of numbers stands to the right, whatever the text beside it."""

from __future__ import annotations

import time

import pytest

from serving.dashboard.markup import table


@pytest.mark.parametrize("cell", ["5 (of 7)", "1,234 →", "3 / 4 …", "7（估计）", "12.5%!", "1, (2) -"])
def test_a_number_with_its_note_is_a_number(cell):
    assert 'class="ag-n"' in table(["n"], [[cell]], caption="x")


@pytest.mark.parametrize("cell", ["5 (of 7) x", "1 2", "a", "1-2-3"])
def test_what_holds_more_than_a_number_is_text(cell):
    assert 'class="ag-n"' not in table(["n"], [[cell]], caption="x")


@pytest.mark.parametrize("filler", ["-", ",", "(", "（", " ", "/"])
def test_a_long_cell_costs_as_much_as_it_is_long(filler):
    def seconds(length):
        started = time.process_time()
        table(["n"], [["1" + filler * length + "x"]], caption="x")
        return time.process_time() - started

    assert seconds(20_000) < 0.5
