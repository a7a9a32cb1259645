"""Lines are numbered as an editor numbers them, wherever the chunks of the file end."""

from __future__ import annotations

import gzip

import duckdb
import pytest

from features.events.text_lines import load_lines


def lines(file, **options):
    with duckdb.connect() as connection:
        load_lines(connection, file, **options)
        return connection.execute("SELECT _line, _text FROM _lines ORDER BY _line").fetchall()


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\n\nb", ["a", "", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb\n", ["a\rb"]),
        ("组\n\n".encode(), ["组", ""]),
        (b"a\n\xff\nb\n", ["a", None, "b"]),
        (b"\n", [""]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 1 << 20])
def test_lines_are_the_same_for_every_chunk_size(tmp_path, content, wanted, chunk):
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    assert lines(file, chunk=chunk) == list(enumerate(wanted, 1))


def test_gzip_is_read_through(tmp_path):
    file = tmp_path / "file.csv.gz"
    file.write_bytes(gzip.compress(b"a\nb\n"))
    assert lines(file) == [(1, "a"), (2, "b")]


def test_a_cut_off_gzip_file_raises(tmp_path):
    file = tmp_path / "file.csv.gz"
    file.write_bytes(gzip.compress(b"a\nb\n" * 1000)[:-9])
    with pytest.raises(EOFError):
        lines(file)
