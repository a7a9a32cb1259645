from __future__ import annotations

import json
from pathlib import Path

import pytest

from alertgrade.errors import AlertError
from training.registry import CHALLENGER, POINTER, ModelRegistry


def register(registry: ModelRegistry, tmp_path: Path, digest: str) -> str:
    bundle = tmp_path / f"bundle-{digest}"
    bundle.mkdir()
    (bundle / "booster.txt").write_text(digest)
    reference = tmp_path / "reference.parquet"
    reference.write_bytes(b"rows")
    return registry.register(
        bundle,
        reference,
        digest,
        params={"seed": "7"},
        metrics={"quadratic_kappa": 0.5},
        tags={"data_digest": "d"},
        files={"comparison.md": "| voice |"},
    )


def pointer(tmp_path: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((tmp_path / "bundles" / POINTER).read_text())
    return found


def test_the_first_version_is_champion_and_the_next_a_challenger(registry: ModelRegistry, tmp_path: Path) -> None:
    assert registry.champion() is None
    first, second = register(registry, tmp_path, "aaa"), register(registry, tmp_path, "bbb")
    by_version = {v.version: v.aliases for v in registry.versions()}
    assert by_version == {first: ("champion",), second: ("challenger",)}
    assert pointer(tmp_path)["digest"] == "aaa"


def test_the_challengers_pointer_comes_with_the_alias_and_goes_with_it(registry: ModelRegistry, tmp_path: Path) -> None:
    first, second = register(registry, tmp_path, "aaa"), register(registry, tmp_path, "bbb")
    file = tmp_path / "bundles" / CHALLENGER
    found = json.loads(file.read_text())
    assert (found["digest"], found["version"]) == ("bbb", second)
    assert (Path(found["path"]) / "booster.txt").read_text() == "bbb"
    registry.promote(second)
    assert not file.exists()
    registry.challenge(first)
    assert json.loads(file.read_text())["digest"] == "aaa"
    with pytest.raises(AlertError, match="champion"):
        registry.challenge(second)
    registry.retire(first)
    assert not file.exists()


def test_promotion_moves_alias_and_pointer_and_the_old_bundle_stays(registry: ModelRegistry, tmp_path: Path) -> None:
    first, second = register(registry, tmp_path, "aaa"), register(registry, tmp_path, "bbb")
    registry.promote(second)
    champion = registry.champion()
    assert champion is not None
    assert (champion.version, champion.metrics) == (second, {"quadratic_kappa": 0.5})
    found = pointer(tmp_path)
    assert (Path(found["path"]) / "booster.txt").read_text() == "bbb"
    assert (Path(found["path"]).parent / "reference.parquet").read_bytes() == b"rows"
    registry.promote(first)  # a rollback is a promotion of an older version
    assert (Path(pointer(tmp_path)["path"]) / "booster.txt").read_text() == "aaa"


def test_an_unknown_version_is_one_clear_error(registry: ModelRegistry) -> None:
    with pytest.raises(AlertError, match="no version '9'"):
        registry.promote("9")
