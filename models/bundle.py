"""The bundle: a scorer as signed plain files; one changed byte and it is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alertgrade.errors import AlertError
from models.anomaly import AnomalyEnsemble
from models.conformal import ConformalSets
from models.disposition import OrdinalLGBMClassifier
from models.graded_alert import Versions
from models.peers import PeerMedians
from models.policy import Policy
from models.scorer import AlertScorer
from models.signing import is_signed, sign
from models.skill import Skill

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FORMAT = 2
# Signed, but two equal models keep equal digests: when it was made, and how closely it was looked at.
VOLATILE = ("created_at", "judgement")
RESERVED = ("format", "files", "versions", "skill")  # written by save_bundle itself


class BundleRefused(AlertError):
    """A bundle that is not, byte for byte, what was signed; the message names the file."""


def save_bundle(scorer: AlertScorer, folder: Path, *, manifest: Mapping[str, Any], private_key: bytes) -> str:
    """Write the scorer into an empty or new ``folder`` and sign it; returns the digest (SHA-256, hexadecimal).

    ``manifest`` adds what the registry should know: data window and digest, code version, metrics, ``created_at``
    (left out of the digest, as ``judgement`` is). Equal scorers and manifests give equal digests.
    """
    if reserved := [key for key in RESERVED if key in manifest]:
        raise ValueError(f"saw the manifest key {reserved[0]!r}; it is written by save_bundle")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise AlertError(f"{folder} is not empty", "wanted a new or empty folder for the bundle", "choose another")
    files = _files(scorer)
    facts = {
        **manifest,
        "format": FORMAT,
        "versions": scorer.versions.model_copy(update={"digest": None}).model_dump(),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        **({} if scorer.skill is None else {"skill": scorer.skill.to_facts()}),
    }
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode()
    for name, data in {**files, MANIFEST: text, SIGNATURE: sign(private_key, text)}.items():
        (folder / name).write_bytes(data)
    return _digest(json.loads(text))


def load_bundle(folder: Path, public_key: bytes) -> AlertScorer:
    """The scorer in ``folder``; ``BundleRefused`` unless every byte is as signed.

    Its ``versions`` hold the digest, and 12 digits of it as ``model`` where the registry gave no name.
    """
    facts, files = read_bundle(folder, public_key)
    try:
        return _scorer(facts, files)
    except (KeyError, ValueError, TypeError) as err:
        raise BundleRefused(f"{folder}: signed, but not readable: {err!r}", "wanted a bundle of this version") from err


def read_manifest(folder: Path, public_key: bytes) -> dict[str, Any]:
    """The signed facts of a bundle with its ``digest``, after the same checks as ``load_bundle``."""
    facts, _ = read_bundle(folder, public_key)
    return {**facts, "digest": _digest(facts)}


def read_bundle(folder: Path, public_key: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and file contents, verified; what is parsed later are these bytes, not the files again."""
    found = _contents(folder)
    for name in (MANIFEST, SIGNATURE):
        if name not in found:
            raise BundleRefused(f"{folder}: {name} is missing", "wanted a signed bundle", "fetch it again")
    text = found.pop(MANIFEST)
    if not is_signed(public_key, found.pop(SIGNATURE), text):
        raise BundleRefused(
            f"{folder}: {MANIFEST} is not what {SIGNATURE} signs under this key",
            "wanted the bundle as it was signed",
            "fetch it again, or check which key signed it",
        )
    facts: dict[str, Any] = json.loads(text)
    if facts.get("format") != FORMAT:
        raise BundleRefused(f"{folder}: {MANIFEST} has format {facts.get('format')!r}", f"wanted format {FORMAT}")
    _compare(folder, facts["files"], found)
    return facts, found


def _contents(folder: Path) -> dict[str, bytes]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as err:
        raise BundleRefused(f"{folder}: {err.strerror}", "wanted the folder of a bundle") from err
    found = {}
    for path in entries:
        if path.is_symlink() or not path.is_file():
            raise BundleRefused(f"{folder}: {path.name} is not a plain file", "wanted files only", "fetch it again")
        found[path.name] = path.read_bytes()
    return found


def _compare(folder: Path, wanted: Mapping[str, str], found: Mapping[str, bytes]) -> None:
    for name in sorted({*wanted, *found}):
        if name not in found:
            fault = "is missing"
        elif name not in wanted:
            fault = "is not in the manifest"
        elif hashlib.sha256(found[name]).hexdigest() != wanted[name]:
            fault = "has changed"
        else:
            continue
        raise BundleRefused(f"{folder}: {name} {fault}", "wanted the bundle as it was signed", "fetch it again")


def _digest(facts: Mapping[str, Any]) -> str:
    lasting = {key: value for key, value in facts.items() if key not in VOLATILE}
    return hashlib.sha256(json.dumps(lasting, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _files(scorer: AlertScorer) -> dict[str, bytes]:
    booster, learnt = ("", "null") if scorer.classifier is None else scorer.classifier.to_text()
    facts = {
        "classifier": json.loads(learnt),  # null: made without labels, and the booster is empty
        "conformal": json.loads(scorer.conformal.to_json()),
        "peers": scorer.peers.to_json(),
    }
    return {
        "booster.txt": booster.encode(),
        "detectors.npz": scorer.anomaly.to_bytes(),
        "policy.yaml": scorer.policy.write().encode(),
        "scorer.json": json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1).encode(),
    }


def _scorer(facts: Mapping[str, Any], files: Mapping[str, bytes]) -> AlertScorer:
    learnt, digest = json.loads(files["scorer.json"]), _digest(facts)
    versions = Versions(**facts["versions"])
    known, booster = learnt["classifier"], files["booster.txt"].decode()
    return AlertScorer(
        None if known is None else OrdinalLGBMClassifier.from_text(booster, json.dumps(known)),
        AnomalyEnsemble.from_bytes(files["detectors.npz"]),
        ConformalSets.from_json(json.dumps(learnt["conformal"])),
        PeerMedians.from_json(learnt["peers"]),
        Policy.read(files["policy.yaml"].decode()),
        # a grade with a model behind it always names one
        versions.model_copy(update={"digest": digest, "model": versions.model or digest[:12]}),
        # a bundle from before skill was asked for holds none, and its classifier speaks
        Skill.from_facts(facts["skill"]) if "skill" in facts else None,
    )
