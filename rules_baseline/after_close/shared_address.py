"""``shared_address`` AT03 同址: different subjects at one ip or mac, and all that hang together by such addresses.

Basis: reporting of accounts under one actual control (实际控制关系账户报备) and the firm's own watch; the numbers are
the firm's own. Addresses of relays (中继) and of the whitelist are left out.
"""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa

from features.components import components
from rules_baseline.after_close.choices import Choice
from rules_baseline.after_close.closing import Closing
from rules_baseline.after_close.events import instant_id
from rules_baseline.after_close.screen import Limit, Screen

ADDRESSES = ("logins", "logins.ip", "logins.mac", "orders.ip", "orders.mac")  # one of them missing may hide a link


def _uses(closing: Closing, choice: Choice) -> Any:
    """account_id, day_no, address, relay: every use of an ip or mac in the windows of the days, once a day."""
    days = choice.count("days")
    logins, orders = closing.rows("logins", days), closing.rows("orders", days)
    columns = ("account_id", "day_no", "ip", "mac")
    seen = ibis.union(
        logins.filter(logins.event == "login")
        .select(*columns, relay=ibis.coalesce(logins.via_relay, False))
        .distinct(),
        orders.select(*columns, relay=ibis.coalesce(orders.via_relay, False)).distinct(),
        distinct=True,
    )
    ends = [
        seen.filter(seen[kind].notnull()).select("account_id", "day_no", "relay", address=f"{kind} " + seen[kind])
        for kind in ("ip", "mac")
    ]
    used = ibis.union(*ends, distinct=True)
    listed = choice.values["whitelist"]
    return (
        used.filter(~used.address.isin([f"{kind} {a}" for a in listed for kind in ("ip", "mac")])) if listed else used
    )


def links(closing: Closing, choice: Choice) -> Any:
    """day_no, account_id, subject, address of every linking address: one that different subjects use in the window."""
    used = closing.keep(_uses(closing, choice))
    several = used.group_by("address").aggregate(accounts=used.account_id.nunique())
    several = several.filter(several.accounts > 1)  # before days multiply the rows
    wide = closing.spread(used.semi_join(several, "address"), choice.count("days"))
    relayed = wide.filter(wide.relay).select("day_no", "address").distinct()
    here = wide.anti_join(relayed, ["day_no", "address"]).select("day_no", "account_id", "address").distinct()
    grouped = closing.with_group(here)
    rows = grouped.select(
        "day_no", "account_id", "address", subject=ibis.coalesce(grouped.group_id, grouped.account_id)
    )
    rows = closing.keep(rows)
    linking = rows.group_by("day_no", "address").aggregate(subjects=rows.subject.nunique())
    return rows.semi_join(linking.filter(linking.subjects > 1), ["day_no", "address"])


def clusters(closing: Closing) -> Any:
    """day_no, cluster (its smallest account), account_id, subject, address; one row a use of a linking address.

    For every day to answer for on which the screen is in force; computed once, since other screens read it.
    """
    return closing.once("shared_address", lambda: _clusters(closing))


def _clusters(closing: Closing) -> Any:
    columns = ["day_no", "account_id", "subject", "address"]
    parts = [part.fetch(links(part, choice).select(*columns)) for choice, part in closing.periods("shared_address")]
    schema = pa.schema([("day_no", pa.int64()), *((name, pa.string()) for name in columns[1:])])
    found = pa.concat_tables([schema.empty_table(), *(part.cast(schema) for part in parts)])
    named = found.rename_columns({"subject": "node", "address": "key"})
    rows = closing.put(found.append_column("component", pa.array(components(named), pa.int64())))
    smallest = rows.account_id.min().over(ibis.window(group_by="component"))
    return closing.keep(rows.mutate(cluster=smallest).drop("component"))


def find(closing: Closing, choice: Choice) -> Any:
    """Every cluster of two or more subjects."""
    rows = closing.on_run_days(clusters(closing))
    missing = closing.lacks(ADDRESSES)
    found = rows.group_by("day_no", "cluster").aggregate(
        links=rows.subject.nunique() - 1,
        subjects=rows.subject.nunique(),
        accounts=rows.account_id.collect(distinct=True),
        addresses=rows.address.nunique(),
        ips=rows.address.nunique(where=rows.address.startswith("ip ")),
        macs=rows.address.nunique(where=rows.address.startswith("mac ")),
    )
    return found.select(
        exchange=ibis.null("string"),
        contract=ibis.null("string"),
        day_no=found.day_no,
        subject_type=ibis.literal("cluster"),
        subject_id=found.cluster,
        account_id=found.cluster,
        because=ibis.literal(missing),
        links=found.links,
        subjects=found.subjects,
        accounts=found.accounts,
        addresses=found.addresses,
        ips=found.ips,
        macs=found.macs,
        # a cluster may be larger than known
        open=ibis.literal(bool(missing)),
    )


def events(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The logins and orders of the cluster's accounts at its linking addresses."""
    days = choice.count("days")
    logins, orders = closing.rows("logins", days), closing.rows("orders", days)
    seen = ibis.union(
        *(
            table.filter(table[kind].notnull()).select(
                "account_id", "event_time", seen_no="day_no", event_id=id_of(table), address=f"{kind} " + table[kind]
            )
            for table, id_of in (
                (logins.filter(logins.event == "login"), instant_id),
                (orders, lambda rows: rows.order_id),
            )
            for kind in ("ip", "mac")
        )
    )
    mine = clusters(closing).select("day_no", "cluster", "account_id", "address").distinct()
    wanted = hits.select("hit_no", "day_no", cluster="subject_id").join(mine, ["day_no", "cluster"])
    same = [
        wanted.account_id == seen.account_id,
        wanted.address == seen.address,
        seen.seen_no <= wanted.day_no,
        seen.seen_no > wanted.day_no - days,
    ]
    rows = wanted.join(seen, same)
    return rows.group_by("hit_no", "event_id").aggregate(event_time=rows.event_time.min())


def members(closing: Closing, choice: Choice, hits: Any) -> Any:
    """The number of linking addresses each account uses."""
    mine = clusters(closing)
    wanted = hits.select("hit_no", "day_no", cluster="subject_id").join(mine, ["day_no", "cluster"])
    return wanted.group_by("hit_no", "account_id").aggregate(amount=wanted.address.nunique())


SCREEN = Screen(
    id="shared_address",
    title_zh="同址",
    title_en="Shared address",
    legal_basis="reporting of accounts under one actual control (实际控制关系账户); numbers are the firm's own",
    needs=(),
    helps=ADDRESSES,
    limits=(Limit("links", "links", "关联主体数减一", "linked subjects, less one"),),
    parameters={"days": "count", "whitelist": "list"},
    find=find,
    events=events,
    members=members,
    subject="cluster",
)
