"""Reports on record and the models there are, through the real application."""

import json

import pytest

from serving.model_files import described, judgement, served
from serving.routes_reports import shadow_agreement


def shadow(champion: int, challenger: int, version: str = "2"):
    return {
        "challenger": {"version": version, "digest": "d"},
        "grade": challenger,
        "baseline_of_champion": {"version": "1", "grade": champion},
    }


def test_agreement_counts_every_pair_of_grades_by_challenger():
    rows = shadow_agreement([shadow(1, 1), shadow(1, 3), shadow(2, 1), shadow(5, 5, "3")])
    assert [(row["version"], row["alerts"]) for row in rows] == [("2", 3), ("3", 1)]
    assert rows[0]["equal"] == pytest.approx(1 / 3)
    assert rows[0]["mean_difference"] == pytest.approx((0 + 2 - 1) / 3)
    assert sum(pair["alerts"] for pair in rows[0]["pairs"]) == 3
    assert rows[1]["equal"] == 1.0


def test_without_a_challenger_there_is_no_agreement():
    assert shadow_agreement([]) == []


def test_a_manifest_that_cannot_be_read_says_so_and_hides_no_other(tmp_path):
    for digest, text in (("good", json.dumps({"data_to": "2026-05-27", "metrics": {"log_loss": 1.0}})), ("bad", "{")):
        folder = tmp_path / digest / "bundle"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(text)
    rows = described(tmp_path)
    assert [(row["digest"], row["fault"]) for row in rows] == [("good", None), ("bad", "JSONDecodeError")]
    assert rows[0]["metrics"] == {"log_loss": 1.0}


def test_a_judgement_is_told_as_it_was_signed_and_an_old_bundle_has_none(tmp_path):
    judged = {"slices": [], "learning_curve": [{"labels": 50, "classifier": False}]}
    kept = {"new": {"skill": {"shown": True}, "judgement": judged}, "old": {"rows": {}}}
    for digest, manifest in kept.items():
        (tmp_path / digest / "bundle").mkdir(parents=True)
        (tmp_path / digest / "bundle" / "manifest.json").write_text(json.dumps(manifest))
    assert judgement(tmp_path, "new") == {"digest": "new", "skill": {"shown": True}, "judgement": judged}
    assert judgement(tmp_path, "old") == {"digest": "old", "skill": None, "judgement": {}}
    assert judgement(tmp_path, "none") is None


def test_no_pointer_names_no_model(tmp_path):
    assert served(tmp_path) == {}
    (tmp_path / "champion.json").write_text('{"digest": "d", "path": "p", "version": 4}')
    (tmp_path / "challenger.json").write_text("[]")
    assert served(tmp_path) == {"champion": {"version": "4", "digest": "d"}}


@pytest.mark.processes
def test_the_newest_report_of_a_kind_is_shown_as_recorded(service):
    with service.client("investigator") as client:
        missing = client.get("/v1/reports/backtest")
        assert (missing.status_code, "alertgrade monitor" in missing.json()["error"]["do"]) == (404, True)
        assert client.get("/v1/reports/weather").status_code == 422
        ledger = service.installation.ledger()
        for minute in (1, 2):
            made = f"2026-03-02T00:0{minute}:00.000000Z"
            ledger.append("report", f"market:{made}", {"kind": "market", "made_at": made, "figures": [minute]})
        ledger.append("report", "monthly:z", {"kind": "monthly"})
        ledger.close()
        found = client.get("/v1/reports/market").json()
        assert (found["figures"], found["made_at"]) == ([2], "2026-03-02T00:02:00.000000Z")


@pytest.mark.processes
def test_models_name_the_champion_and_describe_its_bundle(service):
    with service.client("data_scientist") as client:
        found = client.get("/v1/models").json()
    assert found["served"]["champion"]["digest"] in {row["digest"] for row in found["bundles"]}
    assert found["bundles"][0]["fault"] is None


@pytest.mark.processes
def test_changes_are_for_governors_and_show_no_hash_of_a_key(service):
    with service.client("governor") as client:
        rows = client.get("/v1/changes").json()["items"]
    assert any(row["kind"] == "key" for row in rows)
    assert all("sha256" not in row for row in rows)
    with service.client("investigator") as client:
        assert client.get("/v1/changes").status_code == 403
