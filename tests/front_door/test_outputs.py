"""Places to write to are tried before the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertgrade.commands.outputs import named_folder, ready_file, ready_folder
from alertgrade.errors import AlertError


def test_a_try_makes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    ready_file(tmp_path / "new" / "deep" / "a.parquet", "--out")
    ready_file(tmp_path / "there" / "a.parquet", "--out")
    ready_folder(tmp_path / "state", "--out")
    ready_folder(tmp_path / "there", "--out")
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


def test_a_file_that_the_command_reads_or_writes_besides_is_refused(tmp_path: Path) -> None:
    file, link = tmp_path / "past.csv", tmp_path / "link.csv"
    file.write_text("before")
    link.hardlink_to(file)
    (tmp_path / "sub").mkdir()
    for same in (file, tmp_path / "sub" / ".." / "past.csv", link):
        with pytest.raises(AlertError, match=r"--out .* is --alerts .*past\.csv too.*give --out another name"):
            ready_file(same, "--out", {"--alerts": file})
    ready_file(tmp_path / "other.csv", "--out", {"--alerts": file, "--dispositions": None})
    with pytest.raises(AlertError, match="is --alerts"):
        ready_file(tmp_path / "new.csv", "--out", {"--alerts": tmp_path / "new.csv"})


def test_a_link_to_nowhere_and_a_file_in_the_way_far_above_are_found(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "gone" / "a.csv", tmp_path / "file" / "deep" / "er" / "a.csv"):
        with pytest.raises(AlertError, match="nothing can be written"):
            ready_file(path, "--out")


def test_a_file_that_is_there_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("before")
    ready_file(tmp_path / "a.csv", "--out")
    assert (tmp_path / "a.csv").read_text() == "before"


def test_what_is_in_the_way_is_named_with_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AlertError, match=r"--alerts .* is a folder; wanted a file"):
        ready_file(tmp_path, "--alerts")
    with pytest.raises(AlertError, match=r"--out .*file.a\.csv: nothing can be written in .*file "):
        ready_file(tmp_path / "file" / "a.csv", "--out")
    with pytest.raises(AlertError, match=r"--out .*file is a file; wanted a folder"):
        ready_folder(tmp_path / "file", "--out")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a file system that takes no folder, whoever asks")
def test_a_file_system_that_takes_nothing_is_found_by_trying() -> None:
    with pytest.raises(AlertError, match="nothing can be written in /proc/none"):
        ready_folder(Path("/proc/none"), "ALERTGRADE_HOME")


def test_no_name_is_no_folder() -> None:
    assert named_folder("x/y") == Path("x/y")
    with pytest.raises(AlertError, match="--out is empty"):
        named_folder("")
