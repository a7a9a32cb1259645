"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from alertgrade.cli import build_app
from features.catalogue_page import PAGE, page
from rules_baseline import catalogue_page


def test_the_feature_page_is_the_catalogue() -> None:
    assert PAGE.read_text() == page(), "run python -m features.catalogue_page"


def test_the_rule_catalogue_is_made_from_the_rules() -> None:
    assert catalogue_page.PAGE.read_text(encoding="utf-8") == catalogue_page.page(), (
        "run python -m rules_baseline.catalogue_page"
    )


def test_every_command_has_help_with_an_example() -> None:
    runner, app = CliRunner(), build_app()
    names = [["check"], ["rules"], ["features"], ["materialize"], ["train"], ["models"], ["promote"], ["score"]]
    names += [["evaluate"], ["rollback"], ["retire"], ["adapt"], ["dispositions", "import"]]
    names += [["serve"], ["dashboard"], ["demo"], ["simulate"], ["import", "mapping"], ["import", "ctp"]]
    names += [["mlflow"], ["ledger", "verify"], ["ledger", "export"], ["keys", "create"], ["keys", "revoke"]]
    names += [["monitor", "drift"], ["rules", "explain"], ["rules", "status"]]
    names += [["rules", "whatif"], ["rules", "suspects"], ["watch"], ["policy", "explain"]]
    for name in names:
        shown = runner.invoke(app, [*name, "--help"])
        assert shown.exit_code == 0, name
        assert "Example" in shown.output, name


def test_links_between_pages_lead_somewhere(repository: Path) -> None:
    broken = []
    for source in [*repository.glob("docs/**/*.md"), *repository.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", source.read_text()):
            if not (source.parent / target).exists():
                broken.append(f"{source.relative_to(repository)} -> {target}")
    assert broken == []


def test_the_two_readmes_show_the_same_commands(repository: Path) -> None:
    def commands(name: str) -> list[str]:
        return re.findall(r"^(?:make|alertgrade) [^#\n]*", (repository / name).read_text(), flags=re.M)

    assert [c.strip() for c in commands("README.md")] == [c.strip() for c in commands("README.zh-CN.md")]
    assert commands("README.md")
