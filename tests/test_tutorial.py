"""The tutorial's commands run as printed, one block after another, on a fresh home and a service of their own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]
_FENCE = re.compile(r"^```(bash|text)\n(.*?)^```$", flags=re.M | re.S)
_SHELL = "set -aeu -o pipefail; if [ -f state ]; then . ./state; fi\n{block}\n{{ declare -px; declare -f; }} > state\n"


@dataclass(frozen=True, slots=True)
class Block:
    """What the page has a reader type, and the lines that it says come of it."""

    command: str
    lines: tuple[str, ...] = ()


def blocks_of(page: str) -> list[Block]:
    found: list[Block] = []
    for kind, text in _FENCE.findall(page):
        if kind == "bash":
            found.append(Block(text))
        else:
            found[-1] = Block(found[-1].command, tuple(text.splitlines()))
    return found


def missing_lines(said: str, lines: tuple[str, ...]) -> list[str]:
    """Lines that no line of ``said`` is; ``…`` stands for any text."""
    patterns = {line: ".*".join(re.escape(part) for part in line.split("…")) for line in lines}
    printed = [line.strip() for line in said.splitlines()]
    return [line for line, pattern in patterns.items() if not any(re.fullmatch(pattern, one) for one in printed)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder to run in; a service that a failing block leaves behind is ended."""
    yield tmp_path
    for file in tmp_path.glob("tutorial-home/service.pid"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGTERM)


def test_every_block_of_the_tutorial_runs_and_prints_what_the_page_says(repository: Path, place: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ALERTGRADE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = inherited | {"PATH": path, "ALERTGRADE_PORT": port, "COLUMNS": "200"}
    blocks = blocks_of((repository / "docs" / "tutorial.md").read_text(encoding="utf-8"))
    for number, block in enumerate(blocks, start=1):
        said = place / f"block-{number}.txt"  # a file: a service begun in a block would hold a pipe open
        with said.open("wb") as out:
            command = ["bash", "-c", _SHELL.format(block=block.command)]
            done = subprocess.run(command, cwd=place, env=environment, stdout=out, stderr=out, check=False, timeout=300)
        printed = said.read_text(encoding="utf-8")
        assert done.returncode == 0, f"block {number} ended with {done.returncode}:\n{block.command}\n{printed}"
        missing = missing_lines(printed, block.lines)
        assert missing == [], f"block {number} did not print {missing}:\n{block.command}\n{printed}"


def test_a_line_that_was_not_printed_is_noticed() -> None:
    page = "```bash\necho one\n```\n\n```text\none\n12 of …\n```\n"
    (block,) = blocks_of(page)
    assert missing_lines("one\n12 of 13\n", block.lines) == []
    assert missing_lines("one\n13 of 13\n", block.lines) == ["12 of …"]
