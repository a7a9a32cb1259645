"""Blocks hold whole lines, numbered as an editor numbers them, wherever the chunks of the file end."""

from __future__ import annotations

import gzip

import pytest

from features.events.text_lines import blocks


def lines(file, **options):
    found = {}
    for block in blocks(file, **options):
        for number, line in enumerate(block.content.removesuffix(b"\n").split(b"\n"), block.first_line):
            found[number] = (line, block.too_long) if block.too_long else line
    return [found[number] for number in sorted(found)] if sorted(found) == list(range(1, len(found) + 1)) else found


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\n\nb", [b"a", b"", b"b"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"a\r\r\nb", [b"a", b"b"]),
        (b"a\r\nb\r", [b"a", b"b"]),
        (b"a\rb\n", [b"a\rb"]),
        ("组\n\n".encode(), ["组".encode(), b""]),
        (b"a\n\xff\0\nb\n", [b"a", b"\xff\0", b"b"]),
        (b"\n", [b""]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 1 << 20])
def test_lines_are_the_same_for_every_chunk_size(tmp_path, content, wanted, chunk):
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    assert lines(file, chunk=chunk) == wanted


@pytest.mark.parametrize(("length", "too_long"), [(7, False), (8, False), (9, True), (200, True)])  # with its end
@pytest.mark.parametrize("chunk", [3, 4, 8])
@pytest.mark.parametrize("end", [b"\nafter\n", b"\nafter", b""])
def test_a_line_beyond_the_longest_is_cut_and_costs_one_line(tmp_path, length, too_long, chunk, end):
    long = b"x" * (length - 1 if end else length)
    file = tmp_path / "file.csv"
    file.write_bytes(b"one\n" + long + end)
    *start, found = lines(file, chunk=chunk, longest=8)[:2]
    assert start == [b"one"]
    assert found == ((long[:8], True) if too_long else long)
    assert lines(file, chunk=chunk, longest=8)[2:] == ([b"after"] if end else [])


def test_gzip_is_read_through(tmp_path):
    file = tmp_path / "file.csv.gz"
    file.write_bytes(gzip.compress(b"a\nb\n"))
    assert lines(file) == [b"a", b"b"]


def test_a_cut_off_gzip_file_raises(tmp_path):
    file = tmp_path / "file.csv.gz"
    file.write_bytes(gzip.compress(b"a\nb\n" * 1000)[:-9])
    with pytest.raises(EOFError):
        lines(file)


@pytest.mark.parametrize("name", ["file.csv", "file.csv.gz"])
def test_progress_counts_bytes_on_disk_up_to_all_of_them(tmp_path, name):
    file, told = tmp_path / name, []
    content = b"a,b\n" * 1000
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    list(blocks(file, lambda *step: told.append(step), chunk=1000))
    done = [now for _, now, _ in told]
    assert done == sorted(done)
    assert told[-1] == (name, file.stat().st_size, file.stat().st_size)
