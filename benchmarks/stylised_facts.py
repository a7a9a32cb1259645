"""Stylised facts of a market in our raw tables, beside those published for real markets.

``python -m benchmarks.stylised_facts [EVENTS]``; without a folder a synthetic market of 600 accounts and 40 days is
made first. Prints a Markdown table: what, here, real, source. Nothing is fitted to it; it says how far off we are.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
GONCU = "Göncü & Yang 2019, Anatomy of Chinese Futures Markets (abstract): non-normal, clustered, serially correlated"
DAYTIME = (
    "J. of Management Sciences in China 2013-11 p. 86, table 1 (day and night returns of four Chinese commodities)"
)
CSI = "CSI 300 index futures, tick returns without opening and close (Math. Problems in Eng. 2019, 8676531, table 1)"
LIU = "Liu et al., intraday effect in Chinese commodity futures (minute data): L shape of |return| and volume"
INET = "Hasbrouck & Saar 2007, 100 Nasdaq stocks on INET"
GU = "Gu et al. 2014, 18 Shenzhen stocks 2003: bursty, long memory, not Poisson"
ALMOST = "Dahlström, Hagströmer & Nordén 2018: “almost all limit orders are cancelled” (equities)"


def column(con: duckdb.DuckDBPyConnection, sql: str) -> Numbers:
    return con.sql(sql).to_arrow_table().column(0).to_numpy().astype(np.float64)


def excess_kurtosis(values: Numbers) -> float:
    centred = values - values.mean()
    return float((centred**4).mean() / (centred**2).mean() ** 2 - 3)


def views(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for table in ("orders", "trades", "contract_days", "contracts"):
        con.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder / (table + '.parquet')}')")
    con.execute("""CREATE TABLE lives AS
        SELECT a.exchange, a.contract, a.account_id, a.order_id, a.trading_day, a.volume, a.time_in_force,
               a.event_time AS accepted, c.event_time AS ended, c.cancelled_by
        FROM orders a LEFT JOIN orders c
          ON c.event = 'cancelled' AND c.order_id = a.order_id AND c.exchange = a.exchange
         AND c.contract = a.contract
         AND (c.trading_day = a.trading_day OR a.time_in_force = 'GTC' AND c.trading_day > a.trading_day)
        WHERE a.event = 'accepted'""")
    con.execute("""CREATE TABLE main AS  -- the busiest contract of a product and day: far ones see deals off the market
        SELECT exchange, product, trading_day, arg_max(contract, n) AS contract
        FROM (SELECT exchange, product, trading_day, contract, count(*) AS n FROM trades
              JOIN contracts USING (exchange, contract) WHERE kind NOT LIKE '%option' GROUP BY ALL) GROUP BY ALL""")
    con.execute("""CREATE TABLE minutes AS
        SELECT *, ln(last / lag(last) OVER (PARTITION BY exchange, contract, trading_day ORDER BY minute)) AS r,
               minute - lag(minute) OVER (PARTITION BY exchange, contract, trading_day ORDER BY minute) AS gap
        FROM (SELECT exchange, contract, trading_day, date_trunc('minute', event_time) AS minute,
                     arg_max(price, event_time)::DOUBLE AS last, sum(volume) AS lots
              FROM trades SEMI JOIN main USING (exchange, contract, trading_day) GROUP BY ALL)""")


def order_facts(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    share = con.execute("SELECT avg((ended IS NOT NULL)::INT) FROM lives").fetchall()[0][0]
    waits = column(
        con,
        """SELECT epoch_us(ended) / 1e6 - epoch_us(accepted) / 1e6 FROM lives
        WHERE ended IS NOT NULL AND time_in_force = 'GFD' ORDER BY ALL""",
    )
    ratios = column(
        con,
        """SELECT m.n::DOUBLE / greatest(coalesce(f.n, 0), 1) - 1 FROM
        (SELECT account_id, count(*) AS n FROM orders WHERE event <> 'rejected' GROUP BY 1) m LEFT JOIN
        (SELECT account_id, count(DISTINCT (trading_day, exchange, order_id)) AS n FROM trades GROUP BY 1) f
        USING (account_id) ORDER BY ALL""",
    )
    gaps = column(
        con,
        """SELECT g FROM (SELECT epoch_us(event_time) / 1e6 - lag(epoch_us(event_time) / 1e6) OVER (
        PARTITION BY exchange, contract, trading_day ORDER BY event_time) AS g FROM orders WHERE event = 'cancelled')
        WHERE g < 3600 ORDER BY ALL""",
    )
    lots = column(con, "SELECT volume FROM trades ORDER BY 1")
    return [
        ("orders cancelled, wholly or in part", f"{share:.0%}", "most", ALMOST),
        ("resting cancelled orders withdrawn within 2 s", f"{(waits <= 2).mean():.0%}", "over a third", INET),
        (
            "their life, median and 90th percentile",
            "{:.1f} s, {:.0f} s".format(*np.quantile(waits, (0.5, 0.9))),
            "heavy tail",
            GU,
        ),
        (
            "messages per filled order less 1 (OTR), account median and 99th percentile",
            "{:.1f}, {:.0f}".format(*np.quantile(ratios, (0.5, 0.99))),
            "exchange fee tiers turn at 2",
            "SHFE, DCE order fee tables (申报费)",
        ),
        (
            "gaps between cancels on a contract: deviation over mean",
            f"{gaps.std() / gaps.mean():.1f}",
            "above 1 (Poisson)",
            GU,
        ),
        ("lots a fill, median and 99th percentile", "{:.0f}, {:.0f}".format(*np.quantile(lots, (0.5, 0.99))), "–", "–"),
    ]


def price_facts(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    daily = column(
        con,
        """SELECT r FROM (SELECT ln(settlement_price::DOUBLE / lag(settlement_price::DOUBLE) OVER (
        PARTITION BY exchange, contract ORDER BY trading_day)) AS r FROM contract_days JOIN contracts
        USING (exchange, contract) WHERE kind = 'future') WHERE r IS NOT NULL ORDER BY ALL""",
    )
    minute = column(
        con,
        """SELECT r / stddev(r) OVER (PARTITION BY exchange, contract) AS r
        FROM minutes WHERE gap = INTERVAL 1 MINUTE AND r IS NOT NULL ORDER BY ALL""",
    )
    pairs = con.execute("""SELECT corr(abs(r), abs(before)) FROM (SELECT r, lag(r) OVER (
        PARTITION BY exchange, contract, trading_day ORDER BY minute) AS before, gap FROM minutes)
        WHERE gap = INTERVAL 1 MINUTE""").fetchall()
    touched = con.execute("""SELECT avg((high_price >= upper_limit OR low_price <= lower_limit)::INT)
        FROM contract_days""").fetchall()
    return [
        ("daily settlement returns: deviation", f"{daily.std():.2%}", "1.2 % to 1.8 %", DAYTIME),
        (
            "daily settlement returns: excess kurtosis",
            f"{excess_kurtosis(daily):.1f}",
            "5.6 to 19 in day hours",
            DAYTIME,
        ),
        (
            "minute returns: excess kurtosis",
            f"{excess_kurtosis(minute):.1f}",
            "1.3 to 2.4 between ticks",
            CSI,
        ),
        ("|minute return|: autocorrelation at one minute", f"{pairs[0][0]:.2f}", "positive (clusters)", GONCU),
        ("contract-days that touch a price limit", f"{touched[0][0]:.1%}", "rare", "–"),
    ]


def shape_facts(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str]]:
    shares = con.execute("""SELECT
        avg((clock BETWEEN '09:00' AND '09:29')::INT), avg((clock BETWEEN '10:45' AND '11:14')::INT),
        avg((clock BETWEEN '14:30' AND '14:59')::INT), avg((clock >= '20:00' OR clock < '03:00')::INT)
        FROM (SELECT strftime(event_time::TIMESTAMP + INTERVAL 8 HOUR, '%H:%M') AS clock FROM trades
              WHERE exchange IN ('SHFE', 'INE', 'DCE', 'CZCE'))""").fetchall()[0]
    inside = con.execute("""SELECT avg((sides = 2)::INT) FROM (SELECT count(DISTINCT side) AS sides FROM trades
        GROUP BY exchange, trading_day, contract, trade_id)""").fetchall()[0][0]
    shown = "{:.0%}, {:.0%}, {:.0%}".format(*shares[:3])
    return [
        ("fills in 9:00-9:30, 10:45-11:15, 14:30-15:00", shown, "L shape: falls from the open", LIU),
        ("fills in the night session", f"{shares[3]:.0%}", "–", "–"),
        (
            "matches with both sides at the broker",
            f"{inside:.1%}",
            "a broker sees mostly its own leg",
            "SHFE rules art. 13",
        ),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "events"
        if len(sys.argv) == 1:
            from simulation.market import simulate

            simulate(folder, accounts=600, days=40, seed=7)
        con = duckdb.connect()
        con.execute("SET TimeZone = 'UTC'")
        views(con, folder)
        print("| synthetic market | here | real | source of the real figure |\n|---|---|---|---|")
        for row in order_facts(con) + price_facts(con) + shape_facts(con):
            print("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")


if __name__ == "__main__":
    main()
