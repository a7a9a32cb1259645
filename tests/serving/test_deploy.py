"""What is deployed beside the service: it names what exists."""

from __future__ import annotations

import configparser
import json
import logging
import re
import sys
from pathlib import Path

import pytest
import yaml
from uvicorn.config import Config

from alertgrade.settings import Settings
from serving.logs import JsonLines
from serving.metrics import Metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PANELS = json.loads((DEPLOY / "grafana" / "alertgrade.json").read_text())["panels"]


def used_and_told(metrics: Metrics) -> Metrics:
    """Every labelled metric has a series only after its first use."""
    metrics.requests.labels("POST", "/v1/scores", 200).inc()
    metrics.seconds.labels("/v1/scores").observe(0.003)
    metrics.shadowed("recorded", 1)
    metrics.committed(3, 0.002)
    metrics.graded([], [{"grade": 2, "degraded": ["no_intraday_row: x"], "feature_age_days": 1}])
    return metrics


@pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
def test_every_metric_of_the_dashboard_is_one_that_the_service_gives(panel):
    given = {
        line.split("{")[0].split(" ")[0]
        for line in used_and_told(Metrics()).text().decode().splitlines()
        if not line.startswith("#")
    }
    expressions = [target["expr"] for target in panel["targets"]]
    named = {name for text in expressions for name in re.findall(r"\b(?:alertgrade|process)_\w+", text)}
    assert named, expressions
    assert named <= given, named - given


def test_grades_degraded_and_feature_age_are_counted_by_what_they_say():
    text = used_and_told(Metrics()).text().decode()
    assert 'alertgrade_grades_total{grade="2"} 1.0' in text
    assert 'alertgrade_degraded_total{what="no_intraday_row"} 1.0' in text
    assert "alertgrade_feature_age_days 1.0" in text
    assert 'alertgrade_ledger_commit_seconds_bucket{le="0.002"} 1.0' in text


def test_compose_starts_our_commands_in_our_image_and_publishes_on_loopback_only():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service = compose["services"]["service"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve().exists()
    assert service["command"][0] == "serve"
    for one in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ()))
        assert {volume.split(":")[0] for volume in one.get("volumes", ())} <= compose["volumes"].keys()
    read = Settings.read({name: str(value) for name, value in service["environment"].items()})
    assert read.log_json
    assert read.online_store.startswith("redis://")
    assert read.registry.startswith("postgresql+psycopg://")


def test_the_unit_and_the_image_run_the_command_that_exists():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "alertgrade.service")
    assert unit["Service"]["ExecStart"].endswith("/alertgrade serve")
    assert unit["Service"]["KillMode"] == "mixed"
    image = (DEPLOY / "Dockerfile").read_text()
    for copied in re.findall(r"^COPY (.+) \./$", image, re.M)[0].split():
        assert (ROOT / copied).exists()


def test_the_bento_holds_every_package_that_the_service_imports():
    bento = yaml.safe_load((ROOT / "bentofile.yaml").read_text())
    assert bento["service"] == "serving.service:AlertGrader"
    needed = {"alertgrade", "features", "ledger", "models", "rules_baseline", "serving"}
    assert needed <= {name.rstrip("/") for name in bento["include"]}
    for name in bento["include"]:
        assert (ROOT / name).exists(), name


def test_nginx_lets_an_idle_connection_go_before_the_service_closes_it():
    kept = re.search(r"keepalive_timeout (\d+)s;", (DEPLOY / "nginx" / "alertgrade.conf").read_text())
    assert kept is not None
    assert int(kept[1]) < Config("").timeout_keep_alive


def test_a_json_log_line_is_one_object_without_keys_and_without_an_exceptions_text():
    try:
        int("account A1")
    except ValueError:
        record = logging.LogRecord(
            "serving", logging.ERROR, "", 0, "sent Bearer abc.def, key ag_%s", ("k" * 43,), sys.exc_info()
        )
    line = JsonLines().format(record)
    found = json.loads(line)
    assert (found["level"], found["logger"], found["error"]) == ("error", "serving", "ValueError")
    assert "test_deploy.py" in found["where"]
    for secret in ("A1", "abc.def", "k" * 30, "\n"):
        assert secret not in line
