"""Words: complete in both languages, in step with the rest of the project, readable on their colours."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import serving.dashboard
from features.alert_context import RULE_CODES
from features.catalogue import FEATURES
from features.events.schema import EXCHANGES, LEVELS, OUTCOMES
from ledger.workflow.table import ACTIONS, STAGES
from ledger.workflow.table import DECIDERS as MAY_DECIDE
from ledger.workflow.table import REVIEWERS as MAY_REVIEW
from models.graded_alert import GRADE_NAMES
from models.rule_texts import rule_texts
from serving.access import DESK as MAY_READ
from serving.dashboard import case_actions, grades, profile, queue_views, roles
from serving.dashboard.language import LANGUAGES
from serving.dashboard.rule_names import RULES
from serving.dashboard.texts import PARTS, TEXTS
from serving.populations import POPULATIONS

FOLDER = Path(serving.dashboard.__file__).parent
SOURCE = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}
SAID_BY_NAME = re.compile(
    r"t(?:\.of_set)?\(\s*f?[\"']([a-z_]+?)_?(?:\{|[\"'],)"
)  # t(f"mark_{name}"), t.of_set("stage", …)
TROUBLES = ("unreachable", "unauthorised", "forbidden", "not_found", "refused", "busy", "fault")


@pytest.mark.parametrize("words", [TEXTS, RULES, grades.OUTCOMES, profile.ACTIVITY, profile.FLAGS])
def test_every_string_is_there_in_both_languages_with_the_same_blanks(words):
    for key, (zh, en) in words.items():
        assert zh.strip() and en.strip(), key  # noqa: PT018
        blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en)]
        assert blanks[0] == blanks[1], key


def test_the_chinese_is_chinese_and_the_english_is_not():
    han = re.compile(r"[\u4e00-\u9fff]")
    for key, (zh, en) in TEXTS.items():
        assert han.search(zh), key
        assert not han.search(en), key


def test_every_text_a_page_asks_for_exists():
    asked = {key for text in SOURCE.values() for key in re.findall(r'\bt\(\s*["\']([a-z_]+)["\']', text)}
    assert len(asked) > 150
    assert asked - set(TEXTS) == set()
    assert {key for kind in TROUBLES for key in (kind, f"{kind}_do")} <= set(TEXTS)


def test_no_text_is_left_over():
    sources = "\n".join(text for name, text in SOURCE.items() if not name.startswith("texts"))
    sets = {f"{name}_" for name in SAID_BY_NAME.findall(sources)} | {"yes_no_", "cause_", "appeal_", "sample_", "sort_"}
    for key in TEXTS:
        said = f'"{key}"' in sources or f"'{key}'" in sources or key.startswith(tuple(sets))
        assert said or key.removesuffix("_do") in TROUBLES, key


def test_no_key_is_in_two_files():
    assert sum(len(part) for part in PARTS) == len(TEXTS)


def test_no_page_holds_chinese_of_its_own():
    holders = {"language.py", "rule_names.py", "grades.py", "profile.py", *(n for n in SOURCE if n.startswith("texts"))}
    code = re.compile(r'""".*?"""|#[^\n]*', re.DOTALL)
    found = {name for name, text in SOURCE.items() if re.search(r"[\u4e00-\u9fff]", code.sub("", text))}
    assert found <= holders


def test_the_words_are_those_of_the_answer_and_the_ledger():
    assert {grade: (found.zh, found.en) for grade, found in grades.GRADES.items()} == GRADE_NAMES
    assert tuple(grades.OUTCOMES) == OUTCOMES
    assert set(RULES) == set(RULE_CODES)
    titles = {name: (found.zh, found.en.lower()) for name, found in rule_texts().items()}
    assert {name: (zh, en.lower()) for name, (zh, en) in RULES.items()} == {name: titles[name] for name in RULES}
    assert queue_views.EXCHANGES == EXCHANGES
    assert queue_views.POPULATIONS == POPULATIONS
    assert tuple(STAGES) == queue_views.STAGES
    assert all(TEXTS[f"stage_{stage}"][0] == zh for stage, zh in STAGES.items())
    assert all(f"level_{level}" in TEXTS for level in LEVELS)
    assert set(LANGUAGES) == {"zh", "en"}


def test_who_may_do_what_and_when_is_the_services_own_table():
    shown = {name: (action.stages, tuple(sorted(action.roles))) for name, action in case_actions.ACTIONS.items()}
    assert shown == {name: (action.stages, tuple(sorted(action.roles))) for name, action in ACTIONS.items()}
    assert tuple(map(frozenset, (MAY_READ, MAY_DECIDE, MAY_REVIEW))) == (roles.DESK, roles.DECIDERS, roles.REVIEWERS)


def test_the_features_shown_are_the_catalogues_in_its_words():
    for name, words in {**profile.ACTIVITY, **profile.FLAGS}.items():
        assert (FEATURES[name].zh, FEATURES[name].en) == words


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("look", [*grades.GRADES.values(), grades.UNKNOWN], ids=lambda look: look.en)
def test_words_are_readable_on_their_colour(look):
    light, dark = sorted((luminance(look.background), luminance(look.text)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2 AA


def test_nothing_is_fetched_from_outside():
    for path in FOLDER.iterdir():
        if path.suffix in (".py", ".css"):
            addresses = re.findall(r"(?:https?:)?//[a-z0-9.-]+", path.read_text(encoding="utf-8"))
            assert [found for found in addresses if "127.0.0.1" not in found] == [], path.name


@pytest.mark.parametrize("grade", [0, 6, None, "1"])
def test_a_grade_that_is_none_is_shown_as_unknown(grade):
    assert grades.grade_label(grade, "zh") == "未评级"
