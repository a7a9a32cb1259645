"""The YAML beside CTP records that says what they cannot: relays, accounts of trading codes, the broker's own users."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator, model_validator

from alertgrade.errors import AlertError
from features.events.schema import EXCHANGES

FILE = "ctp.yaml"
Code = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Strict(BaseModel):  # YAML reads 00123 as a number where a trading code is meant: quote it
    model_config = ConfigDict(extra="forbid", frozen=True)


class Relays(_Strict):
    """What tells a relay (中继) apart from a client's own terminal: its addresses, its AppIDs, or who comes by it."""

    ips: tuple[Code, ...] = ()
    app_ids: tuple[Code, ...] = ()
    users: tuple[Code, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything is said of relays at all."""
        return bool(self.ips or self.app_ids or self.users)


class CtpConfig(_Strict):
    """All of it; every key may be left out.

    ``accounts`` lists for an account_id its trading codes (交易编码, ClientID) or investor and user ids; what it does
    not list keeps its InvestorID (a session its UserID). ``broker_users`` are operators of the broker.
    ``insert_date_natural`` and ``trade_date_natural`` are the exchanges that write the natural date there.
    """

    relay: Relays = Relays()
    accounts: dict[Code, tuple[Code, ...]] = {}
    broker_users: tuple[Code, ...] = ()
    insert_date_natural: tuple[str, ...] = ("SHFE", "INE", "CZCE")
    trade_date_natural: tuple[str, ...] = ("SHFE", "INE")

    @field_validator("insert_date_natural", "trade_date_natural")
    @classmethod
    def _exchanges(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if strange := sorted(set(names) - set(EXCHANGES)):
            raise ValueError(f"{strange[0]} is none of {', '.join(EXCHANGES)}")
        return names

    @model_validator(mode="after")
    def _one_account_a_code(self) -> CtpConfig:
        owners: dict[str, str] = {}
        for account, codes in self.accounts.items():
            for code in codes:
                if owners.setdefault(code, account) != account:
                    raise ValueError(f"accounts: code {code} belongs to {owners[code]} and to {account}")
        return self


def read_ctp_config(src: Path, file: Path | None = None) -> CtpConfig:
    """Read ``file``, or ``SRC/ctp.yaml`` where none is named; the defaults where there is neither.

    ``AlertError`` names the key that is wrong, or the file that is not there.
    """
    chosen = file if file is not None else src / FILE
    if file is None and not chosen.exists():
        return CtpConfig()
    try:
        return CtpConfig.model_validate(yaml.safe_load(chosen.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AlertError(
            f"{chosen} cannot be read ({str(error).splitlines()[0]})", "wanted a YAML file", "mend it"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        text = first["msg"].removeprefix("Value error, ")
        seen = f"{chosen.name}: {key + ': ' if key else ''}{text}"
        raise AlertError(seen, "wanted the keys described in docs/ctp.md", "mend it; quote codes of digits") from error
