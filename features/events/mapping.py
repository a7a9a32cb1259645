"""The YAML that says how the columns of a foreign CSV become raw tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from alertgrade.errors import AlertError
from features.events.schema import TABLES

Text = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):  # YAML reads 1 as a number where a text is meant
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class ColumnMapping(_Strict):
    """Where one column comes from: a source column (``from``), a constant, or the source's row number.

    Of a source column, in this order: ``values`` replaces what it lists (the rest becomes ``otherwise``, or stays
    as it is, for `alertgrade check` to judge), ``divide_by`` divides a number (to six decimals), ``unit`` reads a
    number as an epoch time, ``date_in`` takes the calendar date of the time in that zone, ``prefix`` goes before.
    """

    from_: Text | None = Field(None, alias="from")
    constant: str | bool | dt.date | None = None
    row_number: Literal[True] | None = None
    values: dict[Text, Text] = {}
    otherwise: Text | None = None
    divide_by: Annotated[Decimal, Field(gt=0)] | None = None
    unit: Literal["s", "ms", "us", "ns"] | None = None
    date_in: Text | None = None
    prefix: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMapping:
        if sum(origin is not None for origin in (self.from_, self.constant, self.row_number)) != 1:
            raise ValueError("wanted exactly one of from, constant, row_number")
        if self.from_ is None and (self.values or self.otherwise or self.divide_by or self.unit or self.date_in):
            raise ValueError("values, otherwise, divide_by, unit and date_in go with `from` only")
        if self.otherwise is not None and not self.values:
            raise ValueError("otherwise goes with values only")
        if self.divide_by is not None and self.unit is not None:
            raise ValueError("divide_by and unit exclude each other")
        return self


class Block(_Strict):
    """Rows of the source (those whose columns equal one of the texts in ``where``) that become rows of a table."""

    where: dict[Text, Text | list[Text]] = {}
    distinct: bool = False
    columns: dict[str, ColumnMapping]


class PairTrades(_Strict):
    """Build trade ids where the source has none: a buy and a sell that agree, each the other's only candidate."""

    within_ms: Annotated[int, Field(ge=0)]
    equal: tuple[str, ...] = ("exchange", "trading_day", "contract", "price", "volume")


class Mapping(_Strict):
    """A whole mapping: for each raw table one or more blocks, appended."""

    tables: dict[str, Annotated[list[Block], Field(min_length=1)]]
    pair_trades: PairTrades | None = None

    @model_validator(mode="after")
    def _fits_the_contract(self) -> Mapping:
        for name, blocks in self.tables.items():
            if name not in TABLES:
                raise ValueError(f"tables.{name} is no raw table; wanted {', '.join(TABLES)}")
            for number, block in enumerate(blocks):
                self._check(name, f"tables.{name}.{number}.columns", block)
        if self.pair_trades is not None and "trades" not in self.tables:
            raise ValueError("pair_trades needs tables.trades")
        for column in self.pair_trades.equal if self.pair_trades else ():
            if column not in TABLES["trades"].column_names or column in ("side", "trade_id"):
                raise ValueError(f"pair_trades.equal: {column} cannot pair trades")
        return self

    def _check(self, name: str, where: str, block: Block) -> None:
        made = {"trade_id"} if name == "trades" and self.pair_trades is not None else set()
        for column in block.columns:
            if column in made or column not in TABLES[name].column_names:
                reason = "is made by pair_trades" if column in made else f"is no column of {name}"
                raise ValueError(f"{where}.{column} {reason}")
        for required in TABLES[name].columns:
            if not required.nullable and required.name not in block.columns and required.name not in made:
                raise ValueError(f"{where}.{required.name} is missing; {name} needs it")


def read_mapping(file: Path) -> Mapping:
    """Read and validate a mapping; ``AlertError`` names the key that is wrong."""
    wanted = "wanted the keys described in docs/abides.md"
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Mapping.model_validate(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AlertError(
            f"{file} cannot be read ({str(error).splitlines()[0]})", "wanted a YAML file", "mend it"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        text = first["msg"].removeprefix("Value error, ")
        raise AlertError(f"{file.name}: {key + ': ' if key else ''}{text}", wanted, "mend the mapping") from error
