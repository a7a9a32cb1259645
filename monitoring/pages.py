"""The paging policy (告警策略): many findings a night, at most one page a cause, and none for what passes by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from monitoring.findings import Finding

PERSISTENT = (3, 5)  # a warning pages when found on three of the last five nights; a critical finding at once
QUIET_NIGHTS = 5  # a cause not found for so many nights pages anew where it is about something not named before
REMIND_NIGHTS = 20  # a cause still there after so many nights is said again; one not found for so many is forgotten


@dataclass(frozen=True, slots=True)
class Page:
    """What is sent to a person: one cause with everything found of it that night."""

    cause: str
    severity: str
    night: int
    reminder: bool
    texts_en: tuple[str, ...]
    texts_zh: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Cause:
    """What is remembered of a cause: when it was found, when and how severely paged, the columns named to somebody."""

    nights: tuple[int, ...] = ()
    paged_at: int | None = None
    paged_as: str | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBook:
    """Everything the policy remembers between nights; a value, kept as JSON."""

    night: int = 0
    causes: Mapping[str, Cause] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"night": self.night, "causes": {name: asdict(one) for name, one in self.causes.items()}}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> PageBook:
        """The book that ``to_dict`` gave."""
        causes = {
            name: Cause(tuple(one["nights"]), one["paged_at"], one["paged_as"], tuple(one.get("about", ())))
            for name, one in kept["causes"].items()
        }
        return cls(kept["night"], causes)

    def turn(self, findings: Iterable[Finding]) -> tuple[PageBook, list[Page]]:
        """One night further: the book after it, and the pages to send.

        >>> book, pages = PageBook().turn([Finding("inputs_moved", "critical", "moved", "漂移")])
        >>> len(pages), len(book.turn([Finding("inputs_moved", "critical", "moved", "漂移")])[1])
        (1, 0)
        """
        night = self.night + 1
        found: dict[str, list[Finding]] = {}
        for one in findings:
            found.setdefault(one.cause, []).append(one)
        causes, pages = {}, []
        for name in sorted({*self.causes, *found}):
            known = _aged(self.causes.get(name, Cause()), night)
            if name in found:
                known, page = _judge(name, known, found[name], night)
                pages += [page] if page else []
            if known.nights or known.paged_at is not None:
                causes[name] = known
        return PageBook(night, causes), pages


def _aged(known: Cause, night: int) -> Cause:
    kept = tuple(one for one in known.nights if night - one < max(PERSISTENT[1], REMIND_NIGHTS + 1))
    over = not kept or night - kept[-1] > REMIND_NIGHTS
    return Cause(kept) if over else replace(known, nights=kept)


def _judge(name: str, known: Cause, found: list[Finding], night: int) -> tuple[Cause, Page | None]:
    severity = "critical" if any(one.severity == "critical" for one in found) else "warning"
    nights = (*known.nights, night)
    recent = sum(night - one < PERSISTENT[1] for one in nights)
    due = severity == "critical" or recent >= PERSISTENT[0]
    # A bad day of columns that were named already is the same change once more; another column is not.
    critical = [one for one in found if one.severity == "critical"]
    news = any(not one.about or {*one.about} - {*known.about} for one in critical)
    quiet = bool(known.nights) and night - known.nights[-1] > QUIET_NIGHTS
    worse = news and (known.paged_as == "warning" or quiet)
    about = tuple(sorted({*known.about, *(column for one in found for column in one.about)}))
    reminder = known.paged_at is not None and night - known.paged_at >= REMIND_NIGHTS
    if not due or not (known.paged_at is None or worse or reminder):
        return replace(known, nights=nights), None
    page = Page(
        name,
        severity,
        night,
        reminder and not worse,
        tuple(dict.fromkeys(one.text_en for one in found)),
        tuple(dict.fromkeys(one.text_zh for one in found)),
    )
    # what was once critical stays so while it lasts: sinking and rising again is no news
    as_known = "critical" if "critical" in (severity, known.paged_as) else severity
    return Cause(nights, night, as_known, about), page
