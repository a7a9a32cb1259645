"""Who may become champion: a better result, a second person, a bundle that keeps its contract."""

from __future__ import annotations

from alertgrade.errors import AlertError
from training.bundle_contract import broken
from training.gate import Gate
from training.registry import GATE_FILE, ModelRegistry, Version


def check_promotion(registry: ModelRegistry, version: str, approver: str, *, public_key: bytes) -> tuple[Version, Gate]:
    """The version and the gate it passed; ``AlertError`` says in one line why it may not be promoted.

    Refused: an approver without a name or who is its author, a version without an author on record, the champion
    itself, a gate that is shut, was never tried or was tried against another champion, a bundle that breaks its
    contract.
    """
    chosen = registry.version(version)
    check_people(chosen, approver)
    champion = registry.champion()
    if champion is not None and champion.version == version:
        raise AlertError(f"version {version} is champion already", "wanted another version", "see alertgrade models")
    text = registry.kept(version, GATE_FILE)
    found = None if text is None else Gate.from_json(text)
    if found is None or champion is None or found.champion != champion.digest:
        against = "no champion" if found is None else f"champion {found.champion[:12]}"
        raise AlertError(
            f"version {version} was held against {against}, not against the present one",
            "wanted a comparison on later days",
            f"run alertgrade evaluate {version} EVENTS",
        )
    if not found.open:
        raise AlertError(
            f"version {version} may not replace the champion: " + "; ".join(found.refusals),
            "wanted a better result on later days",
            "train another, or evaluate again when more alerts are decided",
        )
    bundle, reference = registry.bundle(version)
    if faults := broken(bundle, reference, public_key):
        raise AlertError(f"version {version} breaks its contract: {faults[0]}", "wanted a sound bundle", "train again")
    return chosen, found


def check_people(chosen: Version, approver: str) -> None:
    """Raise ``AlertError`` unless the approver has a name and is not the author on record."""
    name, author = _plain(approver), _plain(chosen.author)
    if not name:
        raise AlertError("no approver", "wanted the name of who approves", "give --approver NAME")
    if not author:
        raise AlertError(
            f"version {chosen.version} has no author on record", "wanted two persons to a promotion", "train it again"
        )
    if name == author:
        raise AlertError(
            f"{approver.strip()} is the author of version {chosen.version}",
            "wanted an approver other than the author",
            "let a second person promote it",
        )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
