"""``alertgrade serve`` and ``alertgrade score``: grades over HTTP, and of a whole file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alertgrade.commands.context import console, open_store, settings
from alertgrade.errors import AlertError
from alertgrade.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default ALERTGRADE_HOST or loopback.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default ALERTGRADE_PORT or 8600.", min=1, max=65535)] = None,
) -> None:
    """Serve grades over HTTP until interrupted; the API is described at /docs.

    Example: alertgrade serve --port 8600
    """
    from serving.process import run_service

    home = settings()
    code = run_service(home.home, host or home.host, port or home.port)
    if code > 0:
        raise AlertError(f"the service ended with code {code}", "wanted it to run", "read the messages above")


def score(
    alerts: Annotated[Path, typer.Argument(help="Alerts file, as alertgrade rules writes it.")],
    out: Annotated[Path, typer.Option(help="File to write, one row an alert.")] = Path("GRADED.parquet"),
    explain: Annotated[bool, typer.Option(help="Give reasons.")] = True,
    service: Annotated[
        str, typer.Option(help="Address of a running service: post there, with ALERTGRADE_API_KEY, and be recorded.")
    ] = "",
) -> None:
    """Grade a whole alerts file, each alert with its features as known at its moment; nothing is recorded.

    Example: alertgrade score ALERTS.parquet --out GRADED.parquet
    """
    home = settings()
    with console.status("score"):
        rows = _by_service(home, alerts, out, service, explain) if service else _by_file(home, alerts, out, explain)
    console.print(f"{rows:,} alerts graded: {out}")


def _by_file(home: Settings, alerts: Path, out: Path, explain: bool) -> int:
    from serving.bulk import grade_file
    from serving.compose import bulk_judge
    from serving.declared_groups import DeclaredGroups

    return grade_file(
        alerts,
        out,
        lambda triggers: bulk_judge(triggers, home.bundles_dir, home.keys_dir, home.features_dir),
        DeclaredGroups(home.desk_dir).now(),
        explain=explain,
    )


def _by_service(home: Settings, alerts: Path, out: Path, url: str, explain: bool) -> int:
    from models.graded_alert import GradedAlert
    from rules_baseline.alerts import read_alerts
    from serving.bulk import flat, write_graded
    from serving.monitor_client import post_alerts, with_intraday

    if not home.api_key:
        raise AlertError("ALERTGRADE_API_KEY is not set", "wanted a key of role scorer", "run alertgrade keys create")
    asked = with_intraday(open_store(home), read_alerts(alerts))
    answers = post_alerts(url, home.api_key, asked, explain=explain)
    return write_graded([flat(GradedAlert.model_validate(answer)) for answer in answers], out)
