"""The command line: every command by name, and errors as one line each."""

from __future__ import annotations

import sys
import warnings

import typer
from rich.console import Console

from alertgrade.commands import backup as backup_commands
from alertgrade.commands import ctp as ctp_commands
from alertgrade.commands import dashboard as dashboard_commands
from alertgrade.commands import demo as demo_commands
from alertgrade.commands import dispositions as disposition_commands
from alertgrade.commands import events as event_commands
from alertgrade.commands import features as feature_commands
from alertgrade.commands import governance as governance_commands
from alertgrade.commands import keys as key_commands
from alertgrade.commands import ledger as ledger_commands
from alertgrade.commands import models as model_commands
from alertgrade.commands import monitor as monitor_commands
from alertgrade.commands import monitor_reports as monitor_report_commands
from alertgrade.commands import monitor_trace as monitor_trace_commands
from alertgrade.commands import outbox as outbox_commands
from alertgrade.commands import policy as policy_commands
from alertgrade.commands import publish as publish_commands
from alertgrade.commands import replay as replay_commands
from alertgrade.commands import rules as rule_commands
from alertgrade.commands import schedule as schedule_commands
from alertgrade.commands import serve as serve_commands
from alertgrade.commands import simulate as simulate_commands
from alertgrade.commands import train as train_commands
from alertgrade.commands import vault as vault_commands
from alertgrade.commands import watch as watch_commands
from alertgrade.errors import AlertError
from alertgrade.telemetry import keep_at_home

# Of our dependencies among themselves; the same lines stand in pyproject's pytest section.
_KNOWN_WARNINGS = (r"fetch_arrow_table\(\) is deprecated", "The ``noload`` loader strategy")


def build_app() -> typer.Typer:
    """Assemble the commands; importing this module loads none of the heavy libraries."""
    app = typer.Typer(
        name="alertgrade",
        help="Grades abnormal-trading alerts (异常交易预警) at a futures broker: 1 extreme to 5 low, with reasons.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in (
        demo_commands.demo,
        simulate_commands.simulate,
        event_commands.check,
        feature_commands.materialize,
        publish_commands.publish,
        train_commands.train,
        train_commands.evaluate,
        model_commands.models,
        model_commands.promote,
        model_commands.rollback,
        model_commands.retire,
        model_commands.adapt,
        model_commands.mlflow,
        serve_commands.score,
        serve_commands.serve,
        replay_commands.replay,
        backup_commands.backup,
        backup_commands.restore,
        watch_commands.watch,
        dashboard_commands.dashboard,
    ):
        app.command()(command)
    app.add_typer(rule_commands.rules_app(), name="rules")
    app.add_typer(feature_commands.features_app(), name="features")
    _group(
        app,
        "import",
        "Turn other formats into raw tables.",
        ctp=ctp_commands.import_ctp,
        mapping=event_commands.import_mapping,
    )
    _group(app, "dispositions", "What was decided.", **{"import": disposition_commands.import_past})
    _group(app, "policy", "How three voices become one grade.", explain=policy_commands.explain)
    _group(
        app,
        "monitor",
        "Watch the grades given, what came of them, and the desk.",
        drift=monitor_commands.drift,
        outcomes=monitor_report_commands.outcomes,
        effectiveness=monitor_report_commands.effectiveness,
        disagreement=monitor_report_commands.disagreement,
        report=governance_commands.report,
        trace=monitor_trace_commands.trace,
        backtest=governance_commands.backtest,
        inventory=governance_commands.inventory,
        changes=governance_commands.changes,
        lineage=governance_commands.lineage,
        samples=governance_commands.samples,
    )
    _group(
        app,
        "schedule",
        "Run the day's jobs by the clock.",
        run=schedule_commands.run,
        list=schedule_commands.list_,
        now=schedule_commands.now,
        on=schedule_commands.on,
        off=schedule_commands.off,
        history=schedule_commands.history,
    )
    _group(
        app,
        "outbox",
        "Messages and actions that wait to go out.",
        run=outbox_commands.run,
        list=outbox_commands.show,
        ack=outbox_commands.ack,
        retry=outbox_commands.retry,
    )
    _group(
        app,
        "ledger",
        "Verify, sign, seal, prune and export the record.",
        verify=ledger_commands.verify,
        head=ledger_commands.head,
        seal=ledger_commands.seal,
        prune=ledger_commands.prune,
        export=ledger_commands.export,
    )
    _group(
        app,
        "vault",
        "Real names: encrypted, opened with an audit row, deletable.",
        **{"import": vault_commands.import_names},
        show=vault_commands.show,
        forget=vault_commands.forget,
        rotate=vault_commands.rotate,
        **{"rotate-pseudonyms": vault_commands.rotate_pseudonyms},
    )
    _group(
        app,
        "keys",
        "API keys.",
        create=key_commands.create,
        rotate=key_commands.rotate,
        revoke=key_commands.revoke,
        list=key_commands.show,
    )
    return app


def _group(app: typer.Typer, name: str, text: str, **commands: object) -> None:
    group = typer.Typer(help=text, no_args_is_help=True)
    for command_name, command in commands.items():
        group.command(command_name)(command)  # type: ignore[type-var]
    app.add_typer(group, name=name)


def main() -> None:
    """Run; an error a person can mend is one line on standard error and exit code 2, never a traceback."""
    keep_at_home()
    for known in _KNOWN_WARNINGS:
        warnings.filterwarnings("ignore", message=known)
    try:
        build_app()()
    except AlertError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        # The ledger imports nothing of ours, so its errors are known by name and not by base class.
        if not any(kind.__module__ == "ledger.errors" for kind in type(error).__mro__):
            raise
        _fail(str(error))


def _fail(message: str) -> None:
    out = Console(stderr=True, emoji=False)
    out.print(f"error: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
