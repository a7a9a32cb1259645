"""What lies around an alert, out of the real files of a real publication."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alertgrade.publishing import publish
from alertgrade.settings import Settings
from features.catalogue import FEATURES
from features.events.load import load_events
from features.store import OfflineAndOnlineStore
from ledger.ledger import Ledger
from serving.behaviour import BehaviourReader
from serving.branches import Branches
from serving.declared_groups import DeclaredGroups
from serving.published import Published

LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk(installation, tmp_path_factory):
    """The installation's events published, with three past alerts of which two are decided."""
    home = installation.copy(tmp_path_factory.mktemp("desk") / "home").home
    ledger = Ledger("sqlite:///:memory:", lambda: FAR_AHEAD)
    rows = [
        {
            "alert_id": f"past-{n}",
            "rule_id": "self_trade",
            "level": "breach",
            "exchange": "SHFE",
            "contract": "cu2605",
            "trading_day": installation.last_day.isoformat(),
            "subject_type": "account",
            "subject_id": account,
            "account_id": account,
            "triggered_at": f"{installation.last_day}T14:0{n}:00Z",
            "measured": 5.0,
            "threshold": 5.0,
            "occurrence": 1,
        }
        for n, account in enumerate(installation.accounts[:3])
    ]
    decided = [
        {"alert_id": f"past-{n}", "outcome": "educated", "decided_at": "2026-06-01T00:00:00Z", "decided_by": "d"}
        for n in range(2)
    ]
    ledger.import_dispositions(rows, decided)
    settings = replace(Settings.read({}), home=home)
    groups = [("G1", installation.accounts[0]), ("G1", installation.accounts[1]), ("G2", installation.accounts[2])]
    frame = pd.DataFrame(groups, columns=["group_id", "account_id"])
    frame.assign(declared=True, valid_from=date(2020, 1, 1)).to_parquet(home / "events" / "control_groups.parquet")
    with load_events(home / "events", pseudonym_key=b"k" * 32) as events:
        done = publish(events, OfflineAndOnlineStore(home / "features"), ledger, settings, FAR_AHEAD)
    return home, settings, done


def published(desk):
    return Published(desk[1].desk_dir)


def test_every_file_says_how_many_rows_and_when(desk):
    assert published(desk).as_of() == FAR_AHEAD.isoformat()
    assert set(desk[2].rows) == {p.stem for p in desk[1].desk_dir.glob("*.parquet")} - {"published"}


def test_a_branch_is_read_by_the_day_it_was_valid_on_and_the_file_holds_no_more_than_that(desk, tmp_path):
    file = desk[1].desk_dir / "branches.parquet"
    assert pq.read_schema(file).names == ["account_id", "branch", "valid_from", "valid_to"]
    assert Branches(file.parent).of("nobody", date(2026, 3, 2)) is None
    rows = [("A1", "北", date(2026, 3, 2), date(2026, 3, 4)), ("A1", "南", date(2026, 3, 5), None)]
    names = ("account_id", "branch", "valid_from", "valid_to")
    branches = Branches(tmp_path)
    assert branches.of("A1", date(2026, 3, 2)) is None  # nothing was published yet
    pq.write_table(pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows]), tmp_path / file.name)
    found = [branches.of("A1", date(2026, 3, day)) for day in (1, 2, 3, 4, 5, 31)]
    assert found == [None, "北", "北", None, "南", "南"]
    (tmp_path / file.name).write_bytes(b"torn")
    assert branches.of("A1", date(2026, 3, 2)) is None


def test_the_published_groups_are_those_that_the_service_grades_by(desk, installation):
    groups = DeclaredGroups(desk[1].desk_dir).now()
    assert sorted(groups.members_of("G1", date(2026, 3, 2))) == sorted(installation.accounts[:2])
    assert groups.group_of(installation.accounts[2], date(2026, 3, 2)) == "G2"


@pytest.mark.parametrize(
    "wrong",
    [{"valid_from": None}, {"valid_from": "soon"}, {"valid_from": 5.5}, {"branch": None}, {"valid_to": "never"}],
    ids=str,
)
def test_a_file_of_branches_with_other_types_makes_them_unknown_and_says_so_once(tmp_path, caplog, wrong):
    row = {"account_id": "A1", "branch": "北", "valid_from": date(2026, 3, 2), "valid_to": None} | wrong
    branches = Branches(tmp_path)
    assert branches.of("A1", date(2026, 3, 2)) is None
    for table in (pa.Table.from_pylist([row]), pa.table({"account_id": ["A1"]})):
        caplog.clear()
        pq.write_table(table, tmp_path / "branches.parquet")
        assert [branches.of("A1", date(2026, 3, day)) for day in (2, 3)] == [None, None]
        assert [record.message[:39] for record in caplog.records] == ["alerts are recorded without their accou"]


def test_a_timeline_holds_every_act_of_the_account_and_nobody_elses(desk, installation):
    account = installation.accounts[0]
    raw = {
        name: pd.read_parquet(desk[0] / "events" / f"{name}.parquet")
        for name in ("orders", "trades", "logins", "cash_flows")
    }
    wanted = sum((rows["account_id"] == account).sum() for rows in raw.values())
    acts, cut = published(desk).timeline(account, LONG_AGO, FAR_AHEAD, 100_000)
    assert (len(acts), cut) == (wanted, False)
    assert {act["account_id"] for act in acts} == {account}
    assert [act["event_time"] for act in acts] == sorted(act["event_time"] for act in acts)
    cancels = raw["orders"].query("account_id == @account and event == 'cancelled'")
    assert sum(act["act"] == "cancel" for act in acts) == len(cancels)
    assert sum(act["volume"] or 0 for act in acts if act["act"] == "cancel") == cancels["volume"].sum()


def test_a_timeline_takes_both_ends_in_and_says_when_it_was_cut(desk, installation):
    account = installation.accounts[0]
    acts, _ = published(desk).timeline(account, LONG_AGO, FAR_AHEAD, 100_000)
    first, last = acts[0]["event_time"], acts[-1]["event_time"]
    tick = timedelta(microseconds=1)
    assert published(desk).timeline(account, first, last, 100_000)[0] == acts
    inside = [act for act in acts if first < act["event_time"] < last]
    assert published(desk).timeline(account, first + tick, last - tick, 100_000)[0] == inside
    assert published(desk).timeline(account, first, last, len(acts)) == (acts, False)
    assert published(desk).timeline(account, first, last, len(acts) - 1) == (acts[1:], True)


def test_an_account_never_seen_has_no_acts_and_no_links(desk):
    assert published(desk).timeline("nobody", LONG_AGO, FAR_AHEAD, 10) == ([], False)
    assert published(desk).links("nobody") == {"suspected": [], "pairs": [], "declared": []}


def test_declared_groups_of_an_account_come_with_all_their_members(desk, installation):
    declared = published(desk).links(installation.accounts[0])["declared"]
    wanted = [("G1", account) for account in installation.accounts[:2]]
    assert [(row["group_id"], row["account_id"]) for row in declared] == wanted


def test_counts_come_nearest_to_a_breach_first_and_can_be_asked_for_one_subject(desk):
    counts = published(desk).counters(most=1_000)
    shares = [row["share"] for row in counts if row["share"] is not None]
    assert shares == sorted(shares, reverse=True)
    subject = counts[-1]["subject_id"]
    assert published(desk).counters(subject_id=subject) == [c for c in counts if c["subject_id"] == subject][:100]
    assert published(desk).counters(most=1) == counts[:1]


def test_counts_of_a_member_are_those_of_its_group(desk, installation):
    counts = published(desk).counters(most=1_000)
    member, other = installation.accounts[0], installation.accounts[-1]
    of_group = [row for row in counts if row["subject_id"] == "G1"]
    assert of_group
    assert published(desk).counters(subject_id=member) == [c for c in counts if c["subject_id"] in ("G1", member)]
    assert published(desk).counters(subject_id=member, most=1) == of_group[:1]
    assert not [row for row in published(desk).counters(subject_id=other) if row["subject_id"] == "G1"]


def test_counts_of_an_account_need_no_published_groups(desk, tmp_path):
    shutil.copy(desk[1].desk_dir / "counters.parquet", tmp_path)
    assert Published(tmp_path).counters(subject_id="G1") == published(desk).counters(subject_id="G1") != []


def test_similar_alerts_are_decided_ones_of_the_same_rule_and_not_itself(desk):
    ours = published(desk)
    assert {row["alert_id"] for row in ours.similar("new", "self_trade", {}, 9)} == {"past-0", "past-1"}
    assert [row["alert_id"] for row in ours.similar("past-0", "self_trade", {}, 9)] == ["past-1"]
    assert ours.similar("new", "spoofing", {}, 9) == []


def test_behaviour_ends_with_what_the_store_holds_of_the_last_close(desk, installation):
    account = installation.accounts[0]
    found = BehaviourReader(desk[0] / "features").read(account, 3)
    assert len(found.days) == 3
    assert found.days[-1] == installation.last_day
    assert all(len(values) == 3 for values in found.features.values())
    nobody = BehaviourReader(desk[0] / "features").read("nobody", 3)
    assert {value for values in nobody.features.values() for value in values} <= {None, 0.0}


CALLS = {
    "/v1/counters": {},
    "/v1/timeline": {"until": "2026-06-01T00:00:00Z"},
    "/v1/links": {},
    "/v1/suspects": {},
    "/v1/peers": {},
    "/v1/behaviour": {},
}


@pytest.mark.processes
@pytest.mark.parametrize("path", CALLS)
def test_before_anything_is_published_a_question_is_answered_with_what_to_do(service, installation, path):
    with service.client("investigator") as client:
        asked = CALLS[path] | (
            {} if path in ("/v1/counters", "/v1/suspects") else {"account_id": installation.accounts[0]}
        )
        answer = client.get(path, params=asked)
    if path == "/v1/behaviour":
        assert answer.status_code == 200
        return
    assert answer.status_code == 404
    assert "alertgrade publish" in answer.json()["error"]["do"]


@pytest.mark.processes
def test_a_service_shows_peers_beside_the_accounts_own_past(new_service, desk, installation):
    import shutil

    running = new_service(lambda copied: shutil.copytree(desk[1].desk_dir, copied.home / "desk"))
    account = installation.accounts[0]
    with running.client("reviewer") as client:
        peers = client.get("/v1/peers", params={"account_id": account}).json()["items"]
        values = {row["name"]: row["value"] for row in peers}
        assert all(row["own_past"] == FEATURES[row["name"]].past_of(values) for row in peers)
        assert any(row["peer_median"] is not None for row in peers)
        late = client.get("/v1/timeline", params={"account_id": account, "until": "2026-01-01", "since": "2026-01-02"})
        assert late.status_code == 422
    with running.client("scorer") as client:
        assert client.get("/v1/counters").status_code == 200, "the monitor may read the counts"
        assert client.get("/v1/links", params={"account_id": account}).status_code == 403
