"""The CTP records we read: which columns each has, which it must have, and what its codes mean.

Source: ``ThostFtdcUserApiStruct.h`` and ``ThostFtdcUserApiDataType.h`` of CTP (上期技术), structures
``CThostFtdcOrderField``, ``CThostFtdcTradeField``, ``CThostFtdcUserSessionField``, ``CThostFtdcReqUserLoginField``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from features.events.sql import literal


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of CTP record: files ``NAME*.csv``, columns that must be there, that are read, and that CTP has."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def read(self) -> tuple[str, ...]:
        """Columns that are looked at."""
        return self.required + self.optional

    def unknown(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """Columns of a file that are not CTP's, in text order; ``reserve1`` and its like are CTP's own dead fields."""
        known = {*self.read, *self.unread}
        return tuple(sorted(name for name in header if name not in known and not name.lower().startswith("reserve")))


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


ORDER = Record(
    "orders",
    _names(
        "TradingDay ExchangeID InstrumentID InvestorID OrderSysID FrontID SessionID OrderRef OrderStatus ",
        "OrderSubmitStatus Direction CombOffsetFlag CombHedgeFlag OrderPriceType LimitPrice VolumeTotalOriginal ",
        "VolumeTraded VolumeTotal TimeCondition VolumeCondition InsertTime",
    ),
    _names(
        "ClientID UserID InsertDate ActiveTime UpdateTime CancelTime ContingentCondition ForceCloseReason OrderType ",
        "SequenceNo BrokerOrderSeq ActiveUserID RelativeOrderSysID UserProductInfo IPAddress MacAddress",
    ),
    _names(
        "BrokerID AccountID ParticipantID BranchID InvestUnitID BusinessUnit ExchangeInstID OrderLocalID TraderID ",
        "RequestID GTDDate MinVolume StopPrice IsAutoSuspend UserForceClose IsSwapOrder OrderSource StatusMsg ",
        "SuspendTime SettlementID NotifySequence InstallID ActiveTraderID ZCETotalTradedVolume CurrencyID ",
        "ClearingPartID OrderMemo SessionReqSeq",
    ),
)
TRADE = Record(
    "trades",
    _names(
        "TradingDay ExchangeID InstrumentID InvestorID TradeID OrderSysID Direction OffsetFlag HedgeFlag Price Volume ",
        "TradeTime",
    ),
    ("ClientID", "TradeDate", "TradeType", "SequenceNo"),
    _names(
        "BrokerID UserID ParticipantID ExchangeInstID OrderRef OrderLocalID TraderID TradingRole PriceSource ",
        "TradeSource SettlementID BrokerOrderSeq ClearingPartID BusinessUnit InvestUnitID",
    ),
)
SESSION = Record(
    "sessions",
    ("UserID", "LoginTime"),
    _names(
        "TradingDay LoginDate FrontID SessionID IPAddress ClientIPAddress ClientPublicIP MacAddress ClientAppID ",
        "Event",
    ),
    _names(
        "BrokerID UserProductInfo InterfaceProductInfo ProtocolInfo LoginRemark SystemName MaxOrderRef SHFETime ",
        "DCETime CZCETime FFEXTime INETime GFEXTime IsQryControl ClientIPPort ClientSystemInfoLen ClientSystemInfo ",
        "ClientLoginTime Password OneTimePassword",
    ),
)

ORDER_STATUS = tuple("012345abc")
SUBMIT_STATUS = tuple("0123456")
CANCELED, INSERT_REJECTED = "5", "4"
SIDE = MappingProxyType({"0": "buy", "1": "sell"})
OFFSET = MappingProxyType({"0": "open"} | dict.fromkeys("123456", "close"))
# 6 and 7 (DCE) name the flags of two legs: the first leg's is the order's
HEDGE = MappingProxyType(
    {"1": "speculation", "2": "arbitrage", "3": "hedging", "5": "market_making", "6": "speculation", "7": "hedging"}
)
LIMIT_PRICE = "2"  # every other price type names a price of the market
PRICE_TYPES = tuple("123456789ABCDEF")
TIME_CONDITIONS = tuple("123456")
VOLUME_CONDITIONS = tuple("123")
IMMEDIATELY, CONDITIONAL_ORDER = "1", "4"
FROM_QUOTE, FROM_COMBINATION, COMBINATION = "1", "2", "3"
NOT_FORCED = "0"
LOCAL_ID = "TJBD"  # 条件报单: the id of a conditional order that still waits inside CTP
MATCHES = ("0", "4")  # TradeType: common, and the legs of a combination; the rest is no match in the book
COMBINATION_LEG = "4"
LOGIN_EVENTS = ("login", "login_failed", "password_change")


def decoded(column: str, meaning: MappingProxyType[str, str]) -> str:
    """SQL of what a code means; null where it is none of the known ones.

    >>> decoded('"Direction"', SIDE)
    'CASE "Direction" WHEN \\'0\\' THEN \\'buy\\' WHEN \\'1\\' THEN \\'sell\\' END'
    """
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(value)}" for code, value in meaning.items())
    return f"CASE {column} {cases} END"


def time_in_force(time_condition: str, volume_condition: str) -> str:
    """SQL of GFD, FAK, FOK or GTC; null for codes that do not exist.

    1 (IOC) is FOK with volume condition 3 (all), else FAK; 4 (GTD) and 5 (GTC) last longer than a day; 2, 3 and 6
    (section, day, call auction) do not.
    """
    return (
        f"CASE WHEN {time_condition} = '1' AND {volume_condition} = '3' THEN 'FOK' WHEN {time_condition} = '1' "
        f"THEN 'FAK' WHEN {time_condition} IN ('4', '5') THEN 'GTC' WHEN {time_condition} IN ('2', '3', '6') "
        "THEN 'GFD' END"
    )
