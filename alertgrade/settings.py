"""The only reader of the environment: where state lives and which ports are ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alertgrade.errors import AlertError


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment may decide, as plain values passed down.

    >>> Settings.read({"ALERTGRADE_HOME": "/srv/ag"}).features_dir.as_posix()
    '/srv/ag/features'
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8600
    dashboard_port: int = 8601
    mlflow_port: int = 8602
    api_key: str = ""
    samples: Path | None = None
    custom_rules: Path | None = None
    spark_master: str = "local[*]"
    spark_scratch: Path | None = None  # None: below home
    java_home: Path | None = None
    online_store: str = ""  # redis://…; empty: a file under the home
    ledger: str = ""  # postgresql+psycopg://…; empty: a file under the home
    rate: int | None = None  # requests a second a key; None: the service's own
    oidc_issuer: str = ""  # https://…; empty: API keys alone
    oidc_audience: str = ""
    oidc_role_claim: str = "roles"
    oidc_roles: Mapping[str, str] = field(default_factory=dict)  # of the issuer: ours
    registry: str = ""  # postgresql+psycopg://…; empty: a file under the home
    workflow: Path | None = None  # the desk's terms; None: those shipped
    outbox: Path | None = None  # channels and routes of messages
    log_json: bool = False  # log lines as JSON objects

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``ALERTGRADE_*`` once, at an entry point; a malformed port raises ``AlertError``."""
        env = os.environ if environ is None else environ
        samples, custom = env.get("ALERTGRADE_SAMPLES", ""), env.get("ALERTGRADE_RULES", "")
        workflow, outbox = env.get("ALERTGRADE_WORKFLOW", ""), env.get("ALERTGRADE_OUTBOX", "")
        scratch, java = env.get("ALERTGRADE_SPARK_SCRATCH", ""), env.get("JAVA_HOME", "")
        return cls(
            home=Path(env.get("ALERTGRADE_HOME", "var")).expanduser().absolute(),
            host=env.get("ALERTGRADE_HOST", "127.0.0.1"),
            port=_port(env, "ALERTGRADE_PORT", 8600),
            dashboard_port=_port(env, "ALERTGRADE_DASHBOARD_PORT", 8601),
            mlflow_port=_port(env, "ALERTGRADE_MLFLOW_PORT", 8602),
            api_key=env.get("ALERTGRADE_API_KEY", ""),
            samples=Path(samples) if samples else None,
            custom_rules=Path(custom) if custom else None,
            spark_master=env.get("ALERTGRADE_SPARK_MASTER", "") or "local[*]",
            spark_scratch=Path(scratch).expanduser().absolute() if scratch else None,
            java_home=Path(java) if java else None,
            online_store=_address(env, "ALERTGRADE_ONLINE_STORE", ("redis", "rediss")),
            outbox=Path(outbox).expanduser().absolute() if outbox else None,
            workflow=Path(workflow).expanduser().absolute() if workflow else None,
            ledger=_address(env, "ALERTGRADE_LEDGER", ("postgresql+psycopg",)),
            rate=_number(env, "ALERTGRADE_RATE"),
            oidc_issuer=_issuer(env),
            oidc_audience=env.get("ALERTGRADE_OIDC_AUDIENCE", ""),
            oidc_role_claim=env.get("ALERTGRADE_OIDC_ROLE_CLAIM", "") or "roles",
            oidc_roles=_pairs(env, "ALERTGRADE_OIDC_ROLES"),
            registry=_address(env, "ALERTGRADE_REGISTRY", ("postgresql+psycopg",)),
            log_json=env.get("ALERTGRADE_LOG", "") == "json",
        )

    @property
    def keys_dir(self) -> Path:
        """Secrets of this installation: pseudonym key, bundle signing key."""
        return self.home / "keys"

    @property
    def features_dir(self) -> Path:
        """Feast's repository at run time: registry, offline parquet, online store, build record."""
        return self.home / "features"

    @property
    def rules_dir(self) -> Path:
        """Durable state of the rules engine."""
        return self.home / "rules"

    @property
    def spark_dir(self) -> Path:
        """Where tables are handed to Spark: storage that every worker sees under this path."""
        return self.home / "spark" if self.spark_scratch is None else self.spark_scratch

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy address of the ledger."""
        return self.ledger or f"sqlite:///{self.ledger_file}"

    @property
    def ledger_file(self) -> Path:
        """SQLite file of the ledger."""
        return self.home / "ledger.db"

    @property
    def has_ledger(self) -> bool:
        """Whether there is a ledger to read: one on a server, or the file; opening a file would make it.

        >>> Settings.read({"ALERTGRADE_HOME": "/nowhere"}).has_ledger
        False
        """
        return bool(self.ledger) or self.ledger_file.is_file()

    @property
    def mlflow_uri(self) -> str:
        """Tracking and registry store of MLflow."""
        return f"sqlite:///{self.home / 'mlflow.db'}"

    @property
    def bundles_dir(self) -> Path:
        """Verified copies of model bundles, one folder a digest."""
        return self.home / "bundles"

    @property
    def desk_dir(self) -> Path:
        """What the desk looks at beside the ledger: acts, counts, suspected groups, peers, past alerts."""
        return self.home / "desk"

    @property
    def reports_dir(self) -> Path:
        """Reports of monitoring."""
        return self.home / "reports"


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise AlertError(f"{name}={text!r}", "wanted a port number from 1 to 65535", f"unset {name} for {default}")
    return int(text)


def _address(env: Mapping[str, str], name: str, kinds: tuple[str, ...]) -> str:
    text = env.get(name, "")
    if text and text.partition("://")[0] not in kinds:
        kind = text.partition("://")[0] if "://" in text else "no address"
        wanted = " or ".join(f"{one}://" for one in kinds)
        raise AlertError(f"{name} is {kind}", f"wanted {wanted}", f"unset {name} for a file under the home")
    return text


def _number(env: Mapping[str, str], name: str) -> int | None:
    text = env.get(name, "")
    if text and (not text.isdigit() or not 1 <= int(text) <= 100_000):
        raise AlertError(f"{name}={text!r}", "wanted a whole number from 1 to 100000", f"unset {name}")
    return int(text) if text else None


def _issuer(env: Mapping[str, str]) -> str:
    text = env.get("ALERTGRADE_OIDC_ISSUER", "")
    if text and not text.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise AlertError(f"ALERTGRADE_OIDC_ISSUER={text!r}", "wanted https://…", "put TLS before the issuer")
    return text


def _pairs(env: Mapping[str, str], name: str) -> dict[str, str]:
    """``theirs=ours,…`` as a mapping, in its order."""
    pairs = [part.strip().rpartition("=") for part in env.get(name, "").split(",") if part.strip()]
    if any(not theirs or not ours for theirs, _, ours in pairs):
        raise AlertError(f"{name}={env.get(name)!r}", "wanted theirs=ours, separated by commas", f"mend {name}")
    return {theirs: ours for theirs, _, ours in pairs}
