"""Run every benchmark and keep the tables: ``make verify`` writes docs/verification/DATE-COMMIT.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}"


def arguments(name: str) -> list[str]:
    """The service is measured on the demo's home, where ``make demo`` has left one: model, features and all."""
    home = ROOT / "var" / "demo"
    return ["--home", str(home)] if name in ("serving", "soak", "kills") and home.exists() else []


def main() -> int:
    now = datetime.now(UTC)
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    parts = [f"# Verification {now:%Y-%m-%d}, commit {commit.stdout.strip()}", "", machine(), ""]
    failed = 0
    for script in sorted(p for p in (ROOT / "benchmarks").glob("*.py") if p.name[0] != "_" and p.stem != "verify"):
        print(f"== {script.name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{script.stem}", *arguments(script.stem)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout or done.stderr, flush=True)
        failed += done.returncode != 0
        parts += [
            f"## {script.name}",
            "",
            "```",
            (done.stdout if done.returncode == 0 else done.stderr).strip(),
            "```",
            "",
        ]
    out = ROOT / "docs" / "verification" / f"{now:%Y-%m-%d}-{commit.stdout.strip()}.md"
    out.write_text("\n".join(parts))
    print(f"kept in {out.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
