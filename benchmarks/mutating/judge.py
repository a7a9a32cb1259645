"""Judge mutants: each in a copy of the repository, in a process of its own that begins with the libraries loaded."""

from __future__ import annotations

import compileall
import importlib
import importlib.util
import json
import os
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.mutating.mutant import ROOT, Mutant, Seen
from benchmarks.mutating.scenes import Scenes

COPIED = ("alertgrade", "features", "ledger", "rules_baseline", "tests", "docs", "simulation", "pyproject.toml")
HEAVY = ("ibis", "ibis.backends.duckdb", "numpy", "pandas", "pyarrow.parquet", "pytest", "pydantic", "typer", "yaml")
HEAVY += ("hypothesis", "scipy.sparse.csgraph", "features.events.load", "tests.oracles.oracle")
PLAIN = ("-x", "-q", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider", "--timeout=200", "--tb=no")
# the libraries were imported before pytest could look at them
PLAIN += ("-W", "ignore::pytest.PytestAssertRewriteWarning", "-W", "ignore::pytest.PytestConfigWarning")


class _First:
    """A pytest plugin: the first test that fails, and with what."""

    def __init__(self) -> None:
        self.killer, self.how = "", ""

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        if not self.killer:
            self.killer, self.how = report.nodeid, f"{call.excinfo.typename} in {getattr(report, 'when', 'collect')}"


def judged(mutants: Sequence[Mutant], workers: int) -> Iterator[Seen]:
    """What became of each mutant, ``workers`` at a time, in the order in which they are done."""
    if not mutants:
        return
    for name in HEAVY:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        scenes = Scenes(Path(folder) / "scenes")
        scenes.prepare({one.scenes for one in mutants})
        copies = [_copied(Path(folder) / str(number)) for number in range(workers)]
        whole = [Mutant(str(names), "none", mutants[0].file, "", "", names, at=0) for names in scenes.names]
        for one in _each(whole, copies, scenes):
            if one.killer:
                raise RuntimeError(f"the code as it is fails: {one.killer} {one.how}")
        yield from _each(mutants, copies, scenes)


def _each(mutants: Sequence[Mutant], copies: list[Path], scenes: Scenes) -> Iterator[Seen]:
    waiting, busy = list(mutants), {}
    while waiting or busy:
        while waiting and copies:
            copy, mutant = copies.pop(), waiting.pop(0)
            text = (ROOT / mutant.file).read_text(encoding="utf-8")
            _put(copy / mutant.file, mutant.applied(text))
            (copy / "answer.json").unlink(missing_ok=True)
            child = os.fork()
            if child == 0:
                _in_child(mutant, copy, scenes)
            busy[child] = (mutant, copy, text)
        child, _ = os.wait()
        mutant, copy, text = busy.pop(child)
        _put(copy / mutant.file, text)
        copies.append(copy)
        said = copy / "answer.json"
        answer = json.loads(said.read_text()) if said.exists() else ["no answer", "the process died", 0]
        yield Seen(mutant, *answer)


def _in_child(mutant: Mutant, copy: Path, scenes: Scenes) -> None:
    """Write down who noticed; never returns."""
    try:
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        for name in [
            name for name in sys.modules if mutant.file.startswith("features/") and name.startswith("features")
        ]:
            del sys.modules[name]
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        killer, how = scenes.differ(mutant.scenes, copy / "asked")
        for test in () if killer else mutant.tests:
            killer, how = _failing(test)
            if killer:
                break
        used = resource.getrusage(resource.RUSAGE_SELF)
        (copy / "answer.json").write_text(json.dumps([killer, how, used.ru_utime + used.ru_stime]))
    except BaseException:
        (copy / "answer.json").write_text(json.dumps(["no answer", traceback.format_exc()[-300:], 0]))
    finally:
        os._exit(0)


def _failing(test: str) -> tuple[str, str]:
    import pytest

    first = _First()
    code = int(pytest.main([*PLAIN, test], plugins=[first]))
    return (first.killer or f"pytest ended with {code}", first.how) if code else ("", "")


def _put(path: Path, text: str) -> None:
    """The text, and no compiled file of another."""
    path.write_text(text, encoding="utf-8")
    if path.suffix == ".py":
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def _copied(copy: Path) -> Path:
    copy.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            compileall.compile_dir(str(copy / name), quiet=2)
        else:
            shutil.copy(source, copy / name)
    return copy
