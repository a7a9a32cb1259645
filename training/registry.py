"""Tracking and registry: every run and every version in MLflow, aliases ``champion`` and ``challenger``."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from alertgrade.telemetry import keep_at_home

MODEL = "alert-grader"
POINTER = "champion.json"  # what the service reads: digest, path and version of the champion
CHALLENGER = "challenger.json"  # the same of the challenger, which the service lets grade in the shadow
GATE_FILE = "gate.json"
ROOT = "adapted_from"
_LINE = "champions"  # tag of the registered model: the versions that were champion, oldest first


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version."""

    version: str
    digest: str
    aliases: tuple[str, ...]
    metrics: dict[str, float]
    author: str = ""  # who trained it; empty where it is not on record
    test_from: datetime | None = None  # the first alert that the model was judged on: it knew nothing from here on
    retired: bool = False
    skill: str = ""  # of its classifier, in words; empty where none was fitted or it was not asked for
    adapted_from: str = ""  # digest of the trained version whose grade sets this one only moved; empty: trained itself


class ModelRegistry:
    """MLflow's tracking and registry at ``uri``; verified bundle copies under ``bundles``."""

    def __init__(self, uri: str, artifacts: Path, bundles: Path) -> None:
        keep_at_home()
        from mlflow import MlflowClient
        from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR

        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # six local files need no bar
        for chatter in ("mlflow.store.db.utils", "alembic"):
            logging.getLogger(chatter).setLevel(logging.WARNING)
        self.client: Any = MlflowClient(tracking_uri=uri, registry_uri=uri)
        self.artifacts, self.bundles = artifacts, bundles

    def register(
        self,
        bundle: Path,
        reference: Path,
        digest: str,
        *,
        params: Mapping[str, str],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        files: Mapping[str, str],
    ) -> str:
        """Log one run with its bundle, reference sample and ``files`` (name to text); register; return the version.

        The first version becomes ``champion``; a later one ``challenger``, until somebody promotes it. An adapted one
        (tag ``adapted_from``) takes nobody's place.
        """
        run = self.client.create_run(self._experiment(), tags=dict(tags))
        for key, value in params.items():
            self.client.log_param(run.info.run_id, key, value)
        for key, number in metrics.items():
            self.client.log_metric(run.info.run_id, key, number)
        for name, text in files.items():
            self.client.log_text(run.info.run_id, text, name)
        self.client.log_artifacts(run.info.run_id, str(bundle), artifact_path="bundle")
        self.client.log_artifact(run.info.run_id, str(reference))
        self.client.set_terminated(run.info.run_id)
        created = self.client.create_model_version(
            MODEL, source=f"{run.info.artifact_uri}/bundle", run_id=run.info.run_id, tags={"digest": digest}
        )
        if self.champion() is None:
            self.promote(str(created.version))
        elif ROOT not in tags:
            self.challenge(str(created.version))
        return str(created.version)

    def challenge(self, version: str) -> Version:
        """Make ``version`` challenger: a running service lets it grade beside the champion, on record only."""
        chosen = self.version(version)
        if chosen.retired or "champion" in chosen.aliases:
            raise AlertError(f"version {version} is retired or champion", "wanted another", "see alertgrade models")
        self.client.set_registered_model_alias(MODEL, "challenger", version)
        self._point(CHALLENGER, chosen)
        return chosen

    def champion(self) -> Version | None:
        """The version that carries the alias, or null."""
        return next((v for v in self.versions() if "champion" in v.aliases), None)

    def versions(self) -> list[Version]:
        """All versions, newest first, with the metrics of their runs."""
        found = self.client.search_model_versions(f"name='{MODEL}'")
        aliases = self.client.get_registered_model(MODEL).aliases if found else {}
        rows = []
        for item in sorted(found, key=lambda v: -int(v.version)):
            names = tuple(sorted(a for a, v in aliases.items() if str(v) == str(item.version)))
            run = self.client.get_run(item.run_id).data
            test_from = run.tags.get("test_from")
            rows.append(
                Version(
                    str(item.version),
                    item.tags["digest"],
                    names,
                    dict(run.metrics),
                    author=run.tags.get("author", ""),
                    test_from=None if test_from is None else datetime.fromisoformat(test_from),
                    retired=item.tags.get("retired") == "true",
                    skill=run.tags.get("skill", ""),
                    adapted_from=run.tags.get(ROOT, ""),
                )
            )
        return rows

    def version(self, version: str) -> Version:
        """One version by its number; ``AlertError`` where it is not registered."""
        chosen = next((v for v in self.versions() if v.version == version), None)
        if chosen is None:
            raise AlertError(f"no version {version!r} of {MODEL}", do="list them with alertgrade models")
        return chosen

    def promote(self, version: str) -> Version:
        """Make ``version`` champion: alias in the registry, bundle copied out, pointer replaced at once."""
        chosen = self.version(version)
        if chosen.retired:
            raise AlertError(f"version {version} of {MODEL} is retired", "wanted one in service", "train another")
        self._serve(chosen)
        self._write_line([*(v for v in self._line() if v != version), version])
        return chosen

    def previous(self) -> Version:
        """The champion before the present one; ``AlertError`` where there was none, or it is retired."""
        line = [self.version(v) for v in self._line()[:-1]]
        usable = [one for one in line if not one.retired]
        if not usable:
            raise AlertError(
                f"{MODEL} had no champion before this one that is in service",
                "wanted one to go back to",
                "promote another version, see alertgrade models",
            )
        return usable[-1]

    def roll_back(self) -> Version:
        """Put the champion before this one back, at once; the one that leaves can be promoted again."""
        chosen, left = self.previous(), self._line()[-1]
        self._serve(chosen)
        self._write_line([*(v for v in self._line() if v not in (left, chosen.version)), chosen.version])
        return chosen

    def retire(self, version: str) -> Version:
        """Take ``version`` out of service for good; its bundle and record stay. ``AlertError`` for the champion."""
        chosen = self.version(version)
        if "champion" in chosen.aliases:
            raise AlertError(f"version {version} is champion", "wanted one that does not serve", "roll back first")
        self.client.set_model_version_tag(MODEL, version, "retired", "true")
        for alias in chosen.aliases:
            self.client.delete_registered_model_alias(MODEL, alias)
            (self.bundles / f"{alias}.json").unlink(missing_ok=True)
        return chosen

    def bundle(self, version: str) -> tuple[Path, Path]:
        """Folder of a version's bundle and file of its reference sample, copied out of the registry."""
        chosen = self.version(version)
        target = self.bundles / chosen.digest
        if not target.exists():
            self._copy_out(self.client.get_model_version(MODEL, version).run_id, target)
        return target / "bundle", target / "reference.parquet"

    def keep(self, version: str, name: str, text: str) -> None:
        """Keep a text beside the version's run, in place of an earlier one of that name."""
        self.client.log_text(self.client.get_model_version(MODEL, version).run_id, text, name)

    def kept(self, version: str, name: str) -> str | None:
        """A text that ``keep`` or ``register`` put beside the version's run; null where there is none."""
        run_id = self.client.get_model_version(MODEL, version).run_id
        if name not in {item.path for item in self.client.list_artifacts(run_id)}:
            return None
        return Path(self.client.download_artifacts(run_id, name)).read_text()

    def parameters(self, version: str) -> dict[str, Any]:
        """The classifier's parameters of a version where they are not its defaults."""
        run_id = self.client.get_model_version(MODEL, self.version(version).version).run_id
        found: dict[str, Any] = json.loads(self.client.get_run(run_id).data.params.get("classifier", "{}"))
        return found

    def _serve(self, chosen: Version) -> None:
        self.client.set_registered_model_alias(MODEL, "champion", chosen.version)
        if "challenger" in chosen.aliases:
            self.client.delete_registered_model_alias(MODEL, "challenger")
            (self.bundles / CHALLENGER).unlink(missing_ok=True)
        self._point(POINTER, chosen)

    def _point(self, name: str, chosen: Version) -> None:
        bundle, _ = self.bundle(chosen.version)
        pointer = self.bundles / f"{name}.new"
        pointer.write_text(json.dumps({"digest": chosen.digest, "path": str(bundle), "version": chosen.version}))
        pointer.replace(self.bundles / name)

    def _line(self) -> list[str]:
        tags = self.client.get_registered_model(MODEL).tags
        found = json.loads(tags.get(_LINE, "[]"))
        champion = self.champion()
        return found or ([champion.version] if champion else [])

    def _write_line(self, versions: list[str]) -> None:
        self.client.set_registered_model_tag(MODEL, _LINE, json.dumps(versions))

    def _copy_out(self, run_id: str, target: Path) -> None:
        """Bring bundle and reference sample to ``target``; a half-made copy never has the final name."""
        staging = target.with_name(target.name + ".new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        for name in ("bundle", "reference.parquet"):
            copied = Path(self.client.download_artifacts(run_id, name))
            (shutil.copytree if copied.is_dir() else shutil.copy2)(copied, staging / name)
        staging.rename(target)

    def _experiment(self) -> str:
        found = self.client.get_experiment_by_name(MODEL)
        if found is not None:
            return str(found.experiment_id)
        self.client.create_registered_model(MODEL)
        return str(self.client.create_experiment(MODEL, artifact_location=self.artifacts.as_uri()))
