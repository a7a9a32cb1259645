"""What must be told outside is told: through Apprise to a real server, again, another way, and to somebody else."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alertgrade.cli import build_app
from alertgrade.commands.context import console
from alertgrade.commands.schedule import outbox
from alertgrade.errors import AlertError
from alertgrade.outbox.config import OutboxConfig, read_config
from alertgrade.outbox.deliverer import Deliverer
from alertgrade.outbox.senders import call_webhook, send_by_apprise
from alertgrade.settings import Settings
from ledger.errors import NotNow
from ledger.workflow.person import Person
from monitoring.nightly import send
from monitoring.pages import Page

# Of a channel that Apprise loads with all others; gone from Python 3.13 and from that channel with it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.mark.parametrize(("grade", "rows"), [(1, 1), (2, 1), (3, 0)])
def test_a_severe_grade_is_put_down_with_its_score_and_a_mild_one_is_not(world, grade, rows):
    world.record("a", grade)
    assert len(world.ledger.outbox("waiting")) == rows


def test_many_alerts_of_a_case_are_told_once_a_grade(world):
    for name, grade in [("a", 2), ("b", 2), ("c", 1), ("d", 1)]:
        world.record(name, grade)
    assert [row["grade"] for row in world.ledger.outbox()] == [1, 2]


def test_a_score_that_is_not_recorded_leaves_nothing_to_tell(world):
    bad = world.alert("a", 1)
    bad["evidence"] = {"x": float("nan")}
    with pytest.raises(ValueError, match="JSON"):
        world.ledger.record_score(**bad)
    assert world.ledger.outbox() == []
    assert next(world.ledger.entries(), None) is None


def test_a_message_reaches_every_channel_of_its_route_and_the_record(world, receiver):
    world.record("a", 2)
    assert world.deliverer.round() == {"delivered": 1}
    assert sorted(receiver.paths()) == ["/desk", "/mail"]
    message = json.loads(receiver.seen[0][2])
    assert "异常交易预警" in message["title"]
    assert "A1" in message["message"]
    assert (world.only()["status"], world.only()["delivered_to"]) == ("delivered", "desk, mail")
    assert world.deliverer.round() == {}
    (entry,) = world.ledger.entries(kinds=["outbox_delivered"])
    assert json.loads(entry.payload)["channels"] == ["desk", "mail"]
    assert world.ledger.verify().intact


def test_a_channel_that_fails_is_tried_later_and_later_and_then_another_is(world, receiver):
    receiver.broken = {"/desk"}
    world.record("a", 1)
    assert world.deliverer.round() == {"put off": 1}
    for wait in (30, 60):
        world.later(seconds=wait - 1)
        assert world.deliverer.round() == {}
        world.later(seconds=1)
        world.deliverer.round()
    assert receiver.paths() == ["/desk"] * 3
    assert world.deliverer.round() == {"delivered": 1}
    assert (receiver.paths()[-1], world.only()["step"]) == ("/mail", 1)


def test_when_every_way_fails_it_is_on_record_and_can_be_begun_again(world, receiver):
    receiver.broken = {"/desk", "/mail", "/head"}
    world.record("a", 1)
    for _ in range(9):
        world.deliverer.round()
        world.later(seconds=60)
    assert world.only()["status"] == "failed"
    assert len(list(world.ledger.entries(kinds=["outbox_failed"]))) == 1
    receiver.broken = set()
    world.ledger.retry_outbox(world.only()["outbox_id"])
    assert world.deliverer.round() == {"delivered": 1}
    with pytest.raises(NotNow):
        world.ledger.retry_outbox(world.only()["outbox_id"])


@pytest.mark.parametrize(("minutes", "acknowledged", "paths"), [(14, False, 1), (15, False, 2), (15, True, 1)])
def test_a_message_nobody_acknowledges_in_time_goes_to_somebody_else(world, receiver, minutes, acknowledged, paths):
    world.record("a", 1)
    world.deliverer.round()
    if acknowledged:
        world.ledger.acknowledge_outbox(world.only()["outbox_id"], "duty")
    world.later(minutes=minutes)
    world.deliverer.round()
    world.later(minutes=60)
    assert receiver.paths() == ["/desk", "/head"][:paths]
    if paths == 2:
        assert "升级" in json.loads(receiver.seen[1][2])["title"]
        assert world.deliverer.round() == {}  # once


def test_a_case_past_its_time_is_told_once(world, receiver):
    world.record("a", 2)
    world.deliverer.round()
    world.later(hours=24)
    assert world.deliverer.round() == {"overdue": 1, "delivered": 1}
    assert receiver.paths()[-1] == "/head"
    world.later(hours=24)
    assert world.deliverer.round() == {}


@pytest.mark.parametrize("grade", [1, 2, 5])
def test_of_a_blind_case_there_is_one_message_and_nothing_in_it_tells_the_grade(world, receiver, grade):
    world.all_blind()
    for name, of in (("a", grade), ("b", 1)):  # a worse alert must not bring another
        world.record(name, of)
    world.deliverer.round()
    assert (receiver.paths(), world.only()["grade"], world.only()["key"]) == (["/desk"], None, "grade:C00000001:blind")
    said = json.loads(receiver.seen[0][2])["message"]
    assert "盲评案件：无论等级均发此消息" in said
    assert "等级 grade" not in said


@pytest.mark.parametrize("grade", [1, 2])
def test_a_blind_case_is_late_after_the_shortest_time_whatever_its_grade(world, receiver, grade):
    world.all_blind()
    world.record("a", grade)
    world.later(hours=4, seconds=-1)
    assert world.deliverer.round() == {"delivered": 1}
    world.later(seconds=1)
    assert world.deliverer.round() == {"overdue": 1, "delivered": 1}
    said = json.loads(receiver.seen[-1][2])["message"]
    assert ("最短时限" in said, "应办结" in said, receiver.paths()[-1]) == (True, False, "/head")
    world.later(hours=100)
    assert world.deliverer.round().get("overdue") is None


def test_two_deliverers_do_not_take_the_same_message(world):
    world.record("a", 1)
    until = world.now + timedelta(minutes=5)
    assert len(world.ledger.take_outbox(until)) == 1
    assert world.ledger.take_outbox(until) == []
    world.later(minutes=5)
    assert len(world.ledger.take_outbox(until)) == 1  # the first one died


def test_a_message_without_a_route_fails_aloud(world):
    world.ledger.notify("alarm", "drift:2026-03-02", {"share": 0.4})
    assert world.deliverer.round() == {"failed": 1}
    assert "no route for alarm" in world.only()["last_error"]
    assert world.ledger.notify("alarm", "drift:2026-03-02", {"share": 0.5}) is False


def test_an_action_waits_for_two_others_and_is_signed(world, receiver):
    case_id = world.record("a", 3)
    ann, rob, rae = Person("ann", "investigator"), Person("rob", "reviewer"), Person("rae", "governor")
    number = world.ledger.request_action(case_id, ann, {"action": "restrict_opening", "reason": "x"})["outbox_id"]
    for person, allowed in [(ann, False), (rob, True), (rob, False)]:
        assert world.deliverer.round() == {}
        if allowed:
            world.ledger.approve_action(number, person)
        else:
            with pytest.raises(NotNow):
                world.ledger.approve_action(number, person)
    world.ledger.approve_action(number, rae)
    receiver.broken = {"/core"}
    assert world.deliverer.round() == {"put off": 1}
    receiver.broken = set()
    world.later(seconds=30)
    assert world.deliverer.round() == {"delivered": 1}
    ids = {headers["X-AlertGrade-Id"] for _, headers, _ in receiver.seen}
    assert len(ids) == 1  # the same at both attempts, so that the receiver acts once
    _, headers, body = receiver.seen[-1]
    signed = f"{headers['X-AlertGrade-Timestamp']}.{headers['X-AlertGrade-Id']}.".encode() + body
    made = "sha256=" + hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
    assert headers["X-AlertGrade-Signature"] == made
    assert headers["X-AlertGrade-Timestamp"] == str(int(world.now.timestamp()))
    sent = json.loads(body)
    assert (sent["account_id"], sent["requested_by"], sent["approved_by"]) == ("A1", "ann", ["rob", "rae"])
    kinds = [entry["kind"] for entry in world.ledger.case_history(case_id)]
    assert kinds[-3:] == ["action_requested", "action_approved", "action_approved"]


def test_an_action_turned_down_is_never_sent(world, receiver):
    case_id = world.record("a", 3)
    asked = {"action": "restrict_opening", "reason": "x"}
    number = world.ledger.request_action(case_id, Person("ann", "investigator"), asked)["outbox_id"]
    world.ledger.refuse_action(number, Person("rob", "reviewer"), "不成立")
    with pytest.raises(NotNow):
        world.ledger.approve_action(number, Person("rae", "reviewer"))
    assert world.deliverer.round() == {}
    assert receiver.seen == []


def test_what_changed_since_it_was_read_is_not_put_back_to_be_sent(world, receiver):
    case_id = world.record("a", 3)
    asked = {"action": "restrict_opening", "reason": "x"}
    world.ledger.request_action(case_id, Person("ann", "investigator"), asked)
    row = world.only()
    world.ledger.refuse_action(row["outbox_id"], Person("rob", "reviewer"), "不成立")
    assert world.ledger.outbox_later(row, world.now) is False
    assert (world.only()["status"], world.deliverer.round()) == ("refused", {})
    assert receiver.seen == []


def test_an_approved_action_whose_address_is_gone_fails_alone(world, receiver):
    case_id = world.record("a", 3)
    asked = {"action": "restrict_opening", "reason": "x"}
    number = world.ledger.request_action(case_id, Person("ann", "investigator"), asked)["outbox_id"]
    for name in ("rob", "rae"):
        world.ledger.approve_action(number, Person(name, "reviewer"))
    world.ledger.outbox_later(world.only(), world.now)
    world.record("b", 2, subject="A2")
    config = OutboxConfig.model_validate({**world.told, "actions": {}})
    deliverer = Deliverer(world.ledger, config, send_by_apprise, call_webhook, lambda: world.now)
    assert deliverer.round() == {"failed": 1, "delivered": 1}
    (row,) = world.ledger.outbox("failed")
    assert (row["outbox_id"], row["last_error"]) == (number, "no address for restrict_opening")


def test_a_page_of_monitoring_is_delivered_by_the_route_of_alarms(world, receiver, tmp_path):
    put = outbox(Settings(tmp_path), world.ledger, lambda: world.now)
    page = Page("inputs_moved", "critical", 1, False, ("3 columns moved",), ("有 3 列发生漂移",))
    send((page,), put)
    config = OutboxConfig.model_validate({**world.told, "alarm": {"to": ["mail"]}})
    deliverer = Deliverer(world.ledger, config, send_by_apprise, call_webhook, lambda: world.now)
    assert deliverer.round() == {"delivered": 1}
    assert receiver.paths() == ["/mail"]
    message = json.loads(receiver.seen[0][2])
    assert "监控告警" in message["title"]
    assert "有 3 列发生漂移" in message["message"]
    (entry,) = world.ledger.entries(kinds=["alarm"])
    line = json.loads((tmp_path / "alarms.jsonl").read_text(encoding="utf-8"))
    assert json.loads(entry.payload) == line == world.only()["payload"]
    assert world.ledger.verify().intact


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("text", "mode", "seen"),
    [
        ("channels: {a: 'json://x'}", 0o640, "read by others"),
        ("channels: {a: 'json://x'}\ngrades: {1: {to: [b]}}", 0o600, "channels that are not there: b"),
        ("channels: {a: 'json://x'}\ncolour: red", 0o600, "colour"),
        ("channels: {a: 'json://x'}\nactions: {sell_everything: {url: 'http://x', secret_file: s}}", 0o600, "actions"),
        ("a: [", 0o600, "no YAML"),
    ],
)
def test_a_configuration_that_is_wrong_says_where(tmp_path, text, mode, seen):
    with pytest.raises(AlertError, match=seen):
        read_config(write(tmp_path / "outbox.yaml", text, mode))


def test_the_commands_deliver_list_acknowledge_and_begin_again(world, receiver, tmp_path, monkeypatch):
    world.record("a", 2)
    config = write(tmp_path / "outbox.yaml", json.dumps(world.told))
    monkeypatch.setenv("ALERTGRADE_HOME", str(tmp_path))
    monkeypatch.setattr(console, "width", 200)
    run: Callable[..., Any] = CliRunner().invoke
    app = build_app()
    # By the wall clock the case of March is long past its time as well.
    done = run(app, ["outbox", "run", "--once", "--config", str(config)])
    assert done.exit_code == 0, done.output
    assert sorted(receiver.paths()) == ["/desk", "/head", "/mail"]
    listed = run(app, ["outbox", "list", "--status", "delivered"])
    assert "desk, mail" in listed.output
    assert "acknowledged by duty" in run(app, ["outbox", "ack", "1", "--by", "duty"]).output
    assert isinstance(run(app, ["outbox", "retry", "1"]).exception, NotNow)
    assert isinstance(run(app, ["outbox", "run", "--once"]).exception, AlertError)
