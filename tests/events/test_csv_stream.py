"""Every line of a CSV is a row, empty, or a fault by its number, wherever the blocks of the file end."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alertgrade.errors import AlertError
from features.events.csv_lines import CsvStream

CHUNKS = pytest.mark.parametrize("chunk", [1, 7, 30, 1 << 20])


def read(file, chunk=1 << 20, **options):
    """Rows as {line: fields} and faults as {line: what is wrong}."""
    stream = CsvStream(file, chunk=chunk, **options)
    table = stream.reader().read_all().to_pylist()
    rows = {r["_line"]: [r[name] for name in stream.columns] for r in table if r["_fault"] is None}
    assert [r["_number"] for r in table if r["_fault"] is None] == list(range(1, len(rows) + 1))
    assert list(rows) == sorted(rows)
    return rows, {r["_line"]: r["_fault"] for r in table if r["_fault"] is not None}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "file.csv"


@pytest.mark.parametrize(
    ("lines", "rows", "faults"),
    [
        (b"1,2\n3,4", {2: ["1", "2"], 3: ["3", "4"]}, {}),
        (b"1,2\n\n3,4\n\n", {2: ["1", "2"], 4: ["3", "4"]}, {}),
        (b"1\n3,4\n5,6,7\n", {3: ["3", "4"]}, {2: "line has 1 fields, wanted 2", 4: "line has 3 fields, wanted 2"}),
        (b'"1,""x""",2\n"",\n', {2: ['1,"x"', "2"], 3: ["", ""]}, {}),
        (b'1,"two\nthree\n\nfour"\n5,6\n', {2: ["1", "two\nthree\n\nfour"], 6: ["5", "6"]}, {}),
        (b'1,"two\n3,4\nfour"\n5,6\n', {3: ["3", "4"], 5: ["5", "6"]}, {2: "line has a broken quote", 4: None}),
        (b'1,"2\n3,4\n', {3: ["3", "4"]}, {2: "line has a broken quote"}),
        (b'1,2"\n3,4\n', {3: ["3", "4"]}, {2: "line has a broken quote"}),
        (b'1,"2"x\n3, "4"\n', {}, {2: "line has a broken quote", 3: "line has a broken quote"}),
        (b"1,2\0\n3,4\n", {3: ["3", "4"]}, {2: "line has a NUL byte"}),
        (b"1,2\rx\n3,4\n", {3: ["3", "4"]}, {2: "line has a carriage return outside quotes"}),
        (b'1,"2\rx"\n3,4\n', {2: ["1", "2\rx"], 3: ["3", "4"]}, {}),
        (b"1,2\r\n3,4\r\n", {2: ["1", "2"], 3: ["3", "4"]}, {}),
        (b"1,\xff\n3,4\n", {3: ["3", "4"]}, {2: "line is not UTF-8"}),
        (b"NULL,nan\n", {2: ["NULL", "nan"]}, {}),
        (b"", {}, {}),
    ],
)
@CHUNKS
def test_rows_and_faults_are_the_same_for_every_chunk_size(file, lines, rows, faults, chunk):
    file.write_bytes(b"a,b\n" + lines)
    found_rows, found_faults = read(file, chunk)
    assert found_rows == rows
    assert found_faults.keys() == faults.keys()
    assert all(found_faults[line] == reason for line, reason in faults.items() if reason)


@CHUNKS
@pytest.mark.parametrize(("lines", "is_one"), [(99, True), (100, True), (101, False)])
def test_a_quoted_field_runs_over_a_hundred_lines_at_most(file, chunk, lines, is_one):
    file.write_text('a,b\n1,"' + "x\n" * (lines - 1) + '"\n2,3\n')
    rows, faults = read(file, chunk)
    assert rows[2 + lines] == ["2", "3"]
    assert (2 in rows) is is_one
    assert (faults == {}) is is_one


def test_a_single_column_has_rows_and_empty_lines_are_none(file):
    file.write_text('a\n1\n\n""\n2\n')
    assert read(file) == ({2: ["1"], 4: [""], 5: ["2"]}, {})


def test_only_wanted_columns_are_read_and_the_nameless_is_passed_over(file):
    file.write_text("a,,b,c\n1,2,3,4\n")
    assert read(file, wanted={"c", "a", "zebra"}) == ({2: ["1", "4"]}, {})
    assert read(file) == ({2: ["1", "3", "4"]}, {})


def test_long_lines_beside_short_ones_are_rows(file):
    file.write_text("a,b\n1,2\n3," + "x" * 5_000_000 + "\n5,6\n")
    rows, faults = read(file)
    assert (list(rows), len(rows[3][1]), faults) == ([2, 3, 4], 5_000_000, {})


def test_two_wanted_columns_that_differ_by_capitals_only_stop(file):
    file.write_text("id,ID,x\n1,2,3\n")
    assert read(file, wanted={"id", "x"}) == ({2: ["1", "3"]}, {})
    with pytest.raises(AlertError, match="has columns 'id' and 'ID'"):
        read(file)


def test_a_header_that_never_ends_stops_with_one_error(file):
    file.write_bytes(b"a" * (2 << 20))
    with pytest.raises(AlertError, match="does not end within 1 MiB"):
        CsvStream(file)


fields = st.text(st.sampled_from('ab,"\n\r 组'), max_size=5).map(lambda text: re.sub("\r+\n", "\n", text))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(fields, fields, st.just("end")), max_size=12), st.integers(1, 40))
def test_whatever_a_csv_writer_writes_is_read_back(file, records, chunk):
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b", "c"), *records])
    file.write_text(written.getvalue(), encoding="utf-8", newline="")
    rows, faults = read(file, chunk)
    plain = [list(record) for record in records]
    assert faults == {}
    assert list(rows.values()) == plain
