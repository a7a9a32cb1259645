"""Tracking and registry: every run and every version in MLflow, aliases ``champion`` and ``challenger``."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from alertgrade.telemetry import keep_at_home

MODEL = "alert-grader"
POINTER = "champion.json"  # what the service reads: digest, path and version of the champion


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version."""

    version: str
    digest: str
    aliases: tuple[str, ...]
    metrics: dict[str, float]


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

        The first version becomes ``champion``; a later one ``challenger``, until somebody promotes it.
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
        else:
            self.client.set_registered_model_alias(MODEL, "challenger", created.version)
        return str(created.version)

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
            metrics = dict(self.client.get_run(item.run_id).data.metrics)
            rows.append(Version(str(item.version), item.tags["digest"], names, metrics))
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
        item = self.client.get_model_version(MODEL, version)
        target = self.bundles / chosen.digest
        if not target.exists():
            self._copy_out(item.run_id, target)
        self.client.set_registered_model_alias(MODEL, "champion", version)
        pointer = self.bundles / (POINTER + ".new")
        pointer.write_text(json.dumps({"digest": chosen.digest, "path": str(target / "bundle"), "version": version}))
        pointer.replace(self.bundles / POINTER)
        return chosen

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
