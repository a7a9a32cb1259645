"""The bundle: what was saved is what is loaded, or nothing."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alertgrade.errors import AlertError
from models.bundle import BundleRefused, load_bundle, read_manifest, save_bundle
from models.score_input import ScoreInput
from models.scorer import AlertScorer
from models.signing import load_or_create_keypair, public_key_of

KEY = bytes(range(32))
FILES = ["booster.txt", "detectors.npz", "manifest.json", "manifest.sig", "policy.yaml", "scorer.json"]
FACTS: dict[str, Any] = {"data": {"window": ["2026-01-01", "2026-03-01"], "digest": "d"}, "code_version": "0.1.0"}


@pytest.fixture(scope="module")
def saved(scorer: AlertScorer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("bundle")
    return folder, save_bundle(scorer, folder, manifest={**FACTS, "created_at": "2026-03-02"}, private_key=KEY)


@pytest.fixture
def copy(saved: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved[0], tmp_path / "copy"))


def test_a_loaded_scorer_gives_the_same_answers(
    saved: tuple[Path, str], scorer: AlertScorer, inputs: list[ScoreInput]
) -> None:
    folder, digest = saved
    loaded = load_bundle(folder, public_key_of(KEY))
    assert loaded.versions.digest == digest
    assert loaded.grade(inputs) == scorer.with_versions(digest=digest).grade(inputs)
    assert loaded.feature_names == scorer.feature_names


def test_the_files_are_the_ones_named(saved: tuple[Path, str]) -> None:
    assert sorted(path.name for path in saved[0].iterdir()) == FILES
    assert read_manifest(saved[0], public_key_of(KEY))["digest"] == saved[1]


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_refused_by_name(copy: Path, name: str, place: float) -> None:
    data = bytearray((copy / name).read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(BundleRefused, match=name):
        load_bundle(copy, public_key_of(KEY))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_name(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleRefused, match=f"{name} is missing"):
        load_bundle(copy, public_key_of(KEY))


def test_anything_extra_is_refused_by_name(copy: Path) -> None:
    (copy / "model.pkl").write_bytes(b"")
    with pytest.raises(BundleRefused, match=r"model\.pkl is not in the manifest"):
        load_bundle(copy, public_key_of(KEY))


def test_a_link_or_a_folder_is_refused(copy: Path) -> None:
    (copy / "policy.yaml").rename(copy.parent / "policy.yaml")
    (copy / "policy.yaml").symlink_to(copy.parent / "policy.yaml")
    with pytest.raises(BundleRefused, match=r"policy\.yaml is not a plain file"):
        load_bundle(copy, public_key_of(KEY))


@pytest.mark.parametrize("key", [public_key_of(bytes(32)), b"", b"short"], ids=["another", "empty", "malformed"])
def test_the_wrong_key_is_refused(saved: tuple[Path, str], key: bytes) -> None:
    with pytest.raises(BundleRefused, match=r"manifest\.sig"):
        load_bundle(saved[0], key)


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="wanted the folder"):
        load_bundle(tmp_path / "nowhere", public_key_of(KEY))


def test_equal_fits_give_equal_digests_and_other_times_do_not_count(
    world: Callable[[int, int], Any], tmp_path: Path
) -> None:
    digests = set()
    for when in ("2026-03-02", "2026-03-03"):
        X, y = world(200, 4)
        fitted = AlertScorer.fit(X, y, calibration=world(100, 5), seed=1)
        facts = {**FACTS, "created_at": when}
        digests.add(save_bundle(fitted, tmp_path / when, manifest=facts, private_key=KEY))
    assert len(digests) == 1
    assert load_bundle(tmp_path / when, public_key_of(KEY)).versions.model == next(iter(digests))[:12]
    other = save_bundle(fitted, tmp_path / "other", manifest={**FACTS, "code_version": "0.1.1"}, private_key=KEY)
    assert other not in digests


def test_a_folder_in_use_and_a_reserved_key_are_refused(
    scorer: AlertScorer, saved: tuple[Path, str], tmp_path: Path
) -> None:
    with pytest.raises(AlertError, match="not empty"):
        save_bundle(scorer, saved[0], manifest={}, private_key=KEY)
    with pytest.raises(ValueError, match="files"):
        save_bundle(scorer, tmp_path / "b", manifest={"files": {}}, private_key=KEY)


def test_the_key_pair_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    private, public = load_or_create_keypair(tmp_path / "keys")
    assert load_or_create_keypair(tmp_path / "keys") == (private, public)
    assert public == public_key_of(private) == (tmp_path / "keys" / "bundle.pub").read_bytes()
    assert stat.S_IMODE((tmp_path / "keys" / "bundle.key").stat().st_mode) == 0o600
    assert sorted(p.name for p in (tmp_path / "keys").iterdir()) == ["bundle.key", "bundle.pub"]


def test_a_private_key_others_can_read_is_refused(tmp_path: Path) -> None:
    load_or_create_keypair(tmp_path)
    (tmp_path / "bundle.key").chmod(0o644)
    with pytest.raises(AlertError, match="chmod 600"):
        load_or_create_keypair(tmp_path)
