"""The desk's day in a real browser, by visible labels alone, in Chinese and in English."""

from __future__ import annotations

import os
import re

import pytest

from tests.dashboard.desk import NOW, Api
from tests.dashboard.desk_files import write_desk_files

pytest.importorskip("playwright.sync_api", reason="Playwright drives the browser")
from axe_playwright_python.sync_playwright import Axe

from tests.dashboard.chromium import CHROMIUM, Person, chromium, dashboard_of

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(600)]
if CHROMIUM is None and os.environ.get("CI") != "true":
    pytest.skip("no Chromium on this machine: the pages were not seen in a browser", allow_module_level=True)

SAID = {
    "zh": {
        "cases": "案件队列",
        "reasons": "分级理由",
        "why": "当日撤单率明显高于自身历史",
        "outcome": "限制开仓",
        "conclusion": "处置结论",
        "submit": "提交处置",
        "waits": "处置已提交，等待另一人复核",
        "approve": "同意，处置生效",
        "recorded": "处置已记录",
        "viewer": "不能处置案件，只能查看",
    },
    "en": {
        "cases": "Cases",
        "reasons": "Reasons",
        "why": "Cancel ratio far above own past",
        "outcome": "Opening restricted",
        "conclusion": "Conclusion",
        "submit": "Record disposition",
        "waits": "Recorded: waits for another person's review",
        "approve": "Approve",
        "recorded": "Disposition recorded",
        "viewer": "may look at cases, not dispose of them",
    },
}


@pytest.fixture(scope="module")
def url(service):
    with dashboard_of(service.url) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def sit_down(browser, url):
    """Somebody before a screen of their own."""
    contexts = []

    def person(language: str = "zh", width: int = 1280) -> Person:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        return Person(contexts[-1].new_page(), url, language)

    yield person
    for context in contexts:
        context.close()


@pytest.fixture
def busy(api):
    """A desk with a worst case, others, and what lies around them."""
    for number, grade in enumerate([3, 1, 5, 4]):
        api.add(number, grade)
    write_desk_files(api.folder / "desk", "A001", "A002", NOW.replace(day=2, hour=2))
    return api


def worst_of(api: Api) -> str:
    return str(api.ledger.cases({"stage": "pending"}, limit=1).rows[0]["case_id"])


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 1920)])
def test_the_worst_case_goes_in_six_clicks_a_second_person_approves_and_no_page_has_a_fault(
    sit_down, busy, url, language, width
):
    """The second person then walks every page: no serious fault by axe-core, nothing sideways, nobody asked outside."""
    said, case_id = SAID[language], worst_of(busy)
    desk = sit_down(language, width)
    desk.arrive()
    faults = faults_of(desk, "sign-in")
    desk.sign_in(busy.key("investigator"))
    desk.click(desk.words["worst"])
    desk.sees(case_id)
    desk.sees(said["reasons"])
    desk.sees(said["why"])
    desk.choose(said["outcome"])
    desk.write(said["conclusion"], "已电话核实 / confirmed by telephone")
    desk.click(said["submit"])
    desk.sees(said["waits"])
    desk.click(said["cases"], role="link")
    desk.sees("C00000001")  # another case: the queue is there
    desk.misses(case_id)
    assert desk.clicks <= 6
    second = sit_down(language, width)
    second.arrive(f"/?case={case_id}")
    second.sign_in(busy.key("admin"))
    second.click(said["approve"])
    second.sees(said["recorded"])
    case = busy.ledger.case(case_id)
    assert (case["stage"], case["outcome"]) == ("completed", "restricted")
    assert case["disposition"]["reviewed_by"] == "admin-1"
    faults += faults_of_every_page(second, language)
    assert not faults, "\n".join(faults)
    asked = second.page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in asked if not name.startswith((url, "data:", "blob:"))] == []


def test_a_viewer_without_the_right_reads_and_cannot_dispose(sit_down, busy):
    viewer = sit_down()
    viewer.arrive(f"/?case={worst_of(busy)}")
    viewer.sign_in(busy.key("governor"))
    viewer.sees(SAID["zh"]["reasons"])
    viewer.sees(SAID["zh"]["viewer"])
    viewer.misses(SAID["zh"]["submit"])


def test_a_row_is_opened_and_cases_are_marked_and_claimed_by_keyboard(sit_down, busy):
    desk = sit_down()
    desk.arrive("/cases")
    desk.sign_in(busy.key("reviewer"))
    first = worst_of(busy)
    box = desk.page.get_by_role("checkbox", name=f"选中 {first}")
    box.focus()
    desk.page.keyboard.press("Space")
    desk.sees_button("执行（1 件）")
    desk.click("执行（1 件）")
    desk.sees("已完成 1 件")
    assert busy.ledger.case(first)["assignee"] == "reviewer-1"
    second = worst_of(busy)
    desk.page.get_by_role("button", name=second).focus()
    desk.page.keyboard.press("Enter")
    desk.sees(SAID["zh"]["reasons"])
    assert f"case={second}" in desk.page.url


PAGES = {
    "zh": ("总览", "案件队列", "预警队列", "账户画像", "疑似实控", "监测", "模型", "审计"),
    "en": ("Overview", "Cases", "Alert queue", "Account", "Suspected groups", "Monitoring", "Models", "Audit"),
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
HAN = re.compile(r"[\u4e00-\u9fff]+")


def faults_of_every_page(desk: Person, language: str) -> list[str]:
    """What axe-core finds on the case that is open and on every page of the menu; and Chinese among the English."""
    faults = faults_of(desk, "case")
    for label in PAGES[language]:
        desk.click(label, role="link")
        faults += faults_of(desk, label)
        left = set(HAN.findall(desk.page.locator("body").inner_text())) - {"中文"} if language == "en" else set()
        faults += [f"{label}: Chinese among the English: {found}" for found in left]
    return faults


def faults_of(desk: Person, name: str) -> list[str]:
    """Serious faults of the page by axe-core, and sideways scrolling."""
    desk.settle()
    found = Axe().run(desk.page, options={"resultTypes": ["violations"], "runOnly": TAGS}).response["violations"]
    grave = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    told = [f"{name}: {fault['id']}: {node['html'][:160]}" for fault in grave for node in fault["nodes"][:4]]
    if desk.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        told.append(f"{name}: scrolls sideways")
    return told
