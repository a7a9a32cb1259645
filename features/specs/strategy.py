"""Strategy (策略类型): its features by name.

Exact definitions; D is the trading day of the row, the window is (D - 20, D] in trading days, all rows are the account's
own. For every (trading_day, exchange, contract) with a trade in the window: open, close, buy, sell, hedging, arbitrage
and making are the sums of volume of its trades with that offset, side or hedge (making: ``market_making``). V is the
sum of volume over all trades in the window.

- ``day_trade_share_20d`` = sum of 2 * min(open, close) / V: what was opened and closed on one contract and day.
- ``two_sided_share_20d`` = sum of 2 * min(buy, sell) / V: what was bought and sold on one contract and day.
- ``strategy_type_code``: the first style of ``features/strategy.yaml`` (in the order of the file) all of whose
  conditions hold; each is ``measure at_least number`` or ``measure at_most number``, inclusive. The last style has no
  condition. Measures, shares and means rounded to nine digits before they are compared:

  - ``trading_days``: trading days of the window with a trade;
  - ``orders_per_day``: orders rows with event accepted / trading days with any orders row; 0 where there is none;
  - ``hedging_share``, ``arbitrage_share``, ``making_share``: sum of hedging, arbitrage, making / V;
  - ``day_trade_share``, ``two_sided_share``: the features above.

The styles as shipped: 1 market maker (做市) making_share >= 0.5; 2 hedger (套保) hedging_share >= 0.5; 3 arbitrageur
(套利) arbitrage_share >= 0.5; 4 high frequency (高频) orders_per_day >= 500; 0 occasional (偶发) trading_days <= 2;
5 day trader (日内) day_trade_share >= 0.7; 6 trend holder (趋势持仓) day_trade_share <= 0.2; 7 mixed (混合) otherwise.

All three are null where the account has no trade in the window. A row on every trading day on which the account has a
trade or an orders row, and on the 20th trading day after one: on no other day can a value change.
"""

from __future__ import annotations

from features.specs.spec import CLOSE, D20, FeatureSpec, specs

_NOTHING = "null: no trades in the window"

SPECS: tuple[FeatureSpec, ...] = specs(
    "strategy",
    window=D20,
    empty=_NOTHING,
    tables=("trades", "orders"),
    available=CLOSE,
    rows=(
        (
            "strategy_type_code",
            "策略类型代码",
            "style of trading: 0 occasional, 1 market maker, 2 hedger, 3 arbitrageur, 4 high frequency, "
            "5 day trader, 6 trend holder, 7 mixed",
            "code",
        ),
        (
            "day_trade_share_20d",
            "近20日日内平仓占比",
            "share of lots opened and closed on one contract and day, 20 days",
            "share",
        ),
        (
            "two_sided_share_20d",
            "近20日双边成交占比",
            "share of lots bought and sold on one contract and day, 20 days",
            "share",
        ),
    ),
)
