"""Command of the demo: everything once, on a synthetic market."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from alertgrade.commands.context import console, settings
from alertgrade.errors import AlertError
from alertgrade.settings import Settings

if TYPE_CHECKING:
    from alertgrade.demo import Prepared


def demo(
    check: Annotated[bool, typer.Option("--check", help="do not stay up; fail if any link fails")] = False,
    accounts: Annotated[int, typer.Option(min=20)] = 150,
    days: Annotated[int, typer.Option(min=30)] = 60,
    seed: Annotated[int, typer.Option(min=0)] = 7,
) -> None:
    """Simulate, run rules, build features, train, serve, grade the last day's alerts, show the dashboard.

    Example: alertgrade demo --check
    """
    started = time.perf_counter()
    for number in (signal.SIGINT, signal.SIGTERM):  # ended by either, the children end with us
        signal.signal(number, signal.default_int_handler)
    console.print("[bold]AlertGrade demo[/] on a synthetic market (loading libraries)")
    from alertgrade.commands.train import run_training
    from alertgrade.commands.training_tables import print_result
    from alertgrade.demo import DemoPlan, broken_links, demo_home, prepare, score_over_http

    home = _with_free_ports(demo_home(settings()))
    prepared = prepare(home, DemoPlan(accounts, days, seed), run_training, _say)
    print_result(prepared.train_result)
    with _running(prepared) as (url, dashboard_url):
        answers = score_over_http(url, prepared)
        _print_answers(prepared, answers)
        problems = broken_links(prepared, answers, dashboard_url)
        console.print(f"done in {time.perf_counter() - started:.0f} s")
        if problems:
            raise AlertError("the demo found broken links: " + "; ".join(problems))
        console.print("every link holds: graded, explained, recorded, none degraded, ledger verified, dashboard up")
        if not check:
            _stay(prepared, url, dashboard_url)


@contextlib.contextmanager
def _running(prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Service and dashboard as child processes, both ready; ended on leaving. Their output is kept in the home."""
    from alertgrade.commands.dashboard import dashboard_command, dashboard_environment
    from serving.process import start_service, stop_service, wait_ready

    home = prepared.home
    url, dashboard_url = f"http://{home.host}:{home.port}", f"http://{home.host}:{home.dashboard_port}"
    service = start_service(home.home, home.host, home.port, log=home.home / "service.log")
    try:
        with (home.home / "dashboard.log").open("wb") as log:
            page = subprocess.Popen(
                dashboard_command(home.host, home.dashboard_port),
                env=dashboard_environment(url, prepared.keys["investigator"]),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_ready(url, 60, service)
            _wait_for_page(f"{dashboard_url}/_stcore/health", 60)
            yield url, dashboard_url
        finally:
            stop_service(page)
    finally:
        stop_service(service)


def _wait_for_page(url: str, timeout: float) -> None:
    import httpx

    until = time.monotonic() + timeout
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise AlertError(f"{url} did not answer within {timeout:.0f} s", do="read dashboard.log in the demo's home")


def _stay(prepared: Prepared, url: str, dashboard_url: str) -> None:
    console.print(f"\n  dashboard  {dashboard_url}")
    console.print(f"  API        {url}/docs   (investigator key {prepared.keys['investigator']})")
    console.print(f"  state      {prepared.home.home}")
    console.print("Ctrl-C ends it.")
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


def _print_answers(prepared: Prepared, answers: Sequence[dict[str, Any]]) -> None:
    table = Table(title=f"alerts of {prepared.last_day} (synthetic), worst first")
    table.add_column("grade")
    table.add_column("alert", overflow="fold")
    for column in ("set", "rules", "strange"):
        table.add_column(column)
    table.add_column("decided by", overflow="fold")
    table.add_column("measured", justify="right")
    table.add_column("reasons", overflow="fold")
    triggers = {t.alert_id: t for t, _ in prepared.alerts}
    for a in sorted(answers, key=lambda a: (a["grade"], a["alert_id"])):
        share, trigger = a["anomaly"]["share"], triggers[a["alert_id"]]
        others = [reason for reason in a["reasons"] if reason["voice"] != "rules"]
        table.add_row(
            f"{a['grade']} {a['grade_name_zh']} {a['grade_name_en']}",
            a["alert_id"],
            ",".join(str(g) for g in a["grade_set"]),
            str(a["baseline"]["grade"]),
            "-" if share is None else f"{share:.2f}",
            a["decided_by"]["policy_clause"],
            f"{_number(trigger.measured)}/{_number(trigger.threshold)}",
            "\n".join(_short(reason) for reason in others[:3]),
        )
    console.print(table)


def _short(reason: dict[str, Any]) -> str:
    """One reason in a line: what, how much, against the account's own past and its peers."""
    value, past, peers = (_number(reason[k]) for k in ("value", "own_past", "peer_median"))
    return f"{reason['key']} {value} (own {past}, peers {peers})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _with_free_ports(home: Settings) -> Settings:
    return replace(
        home, port=_free_port(home.host, home.port), dashboard_port=_free_port(home.host, home.dashboard_port)
    )


def _free_port(host: str, preferred: int) -> int:
    """The preferred port, or any free one where it is taken (another demo, say)."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AlertError(f"no free port on {host}")


def _say(text: str) -> None:
    console.print(text, highlight=False)
