"""The state machine as a table for the documentation: ``python -m ledger.workflow.page``."""

from __future__ import annotations

from ledger.workflow.table import ACTIONS, STAGES


def action_table() -> str:
    """Markdown, one row an action, made from ``ledger.workflow.table``."""
    lines = ["| action | | from stage | to stage | roles |", "|---|---|---|---|---|"]
    for name, action in ACTIONS.items():
        path, after = name.replace("_", "-"), ", ".join(action.leads_to) or "as before"
        lines.append(
            f"| `{path}` | {action.name_zh} | {', '.join(action.stages)} | {after} | {', '.join(action.roles)} |"
        )
    return "\n".join(lines)


def stage_table() -> str:
    """Markdown, one row a stage."""
    rows = [f"| `{name}` | {text} |" for name, text in STAGES.items()]
    return "\n".join(["| stage | |", "|---|---|", *rows])


if __name__ == "__main__":
    print(stage_table(), action_table(), sep="\n\n")  # noqa: T201  # what it is for
