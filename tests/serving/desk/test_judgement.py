"""What a bundle was found to be worth, over the API: as its manifest has it, and no file besides."""

from __future__ import annotations

import json
import shutil

import pytest


@pytest.fixture
def bundle(desk):
    folder = desk.parts.bundles / "d1" / "bundle"
    folder.mkdir(parents=True)
    judged = {"slices": [{"by": "rule", "slice": "self_trade", "rows": 5, "subjects": 2}], "learning_curve": []}
    (folder / "manifest.json").write_text(json.dumps({"judgement": judged, "skill": {"shown": False}, "seed": 7}))
    yield judged
    shutil.rmtree(folder.parent)  # other tests of the shared desk find no bundle


def test_a_judgement_is_given_as_it_was_signed_and_the_list_tells_the_skill(desk, bundle):
    told = desk.as_("data_scientist").get("/v1/models/d1/judgement").json()
    assert told == {"digest": "d1", "skill": {"shown": False}, "judgement": bundle}
    (row,) = desk.as_("investigator").get("/v1/models").json()["bundles"]
    assert (row["digest"], row["skill"]) == ("d1", {"shown": False})


@pytest.mark.parametrize("digest", ["none", "..", "%2e%2e%2fd1", "d1%2fbundle"])
def test_only_a_digest_of_a_bundle_here_names_one(desk, bundle, digest):
    assert desk.as_("governor").get(f"/v1/models/{digest}/judgement").status_code == 404
