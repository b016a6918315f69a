"""Languages are folders: each fits what the code says, and what leaves for a person's eyes is spoken in it."""

from __future__ import annotations

import json
import re
import tomllib
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage

from jupyter_clinagent import phantoms
from jupyter_clinagent.agent.playbook.conversation.catalogue import able, catalogue
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.turn import Settings, with_settings
from jupyter_clinagent.agent.speaking import SpokenApprover, language_between, spoken_card
from jupyter_clinagent.contracts import Card, Decision
from jupyter_clinagent.lang import (
    language_of,
    languages,
    read_as_english,
    speak,
    speak_html,
    speak_phrase,
    surely_language_of,
    understand,
)
from jupyter_clinagent.lang.checking import check_language, unsaid_in_browser
from jupyter_clinagent.lang.checking_words import unfit_families, unfit_phrases, unfit_words
from jupyter_clinagent.lang.families import families, files_of, own_families
from jupyter_clinagent.lang.folders import phrases
from jupyter_clinagent.lang.matching import ENDS, GAP
from jupyter_clinagent.runner import RunOptions, run
from jupyter_clinagent.tasks import registry
from tests.conftest import FinishedStudy

ROOT = Path(__file__).parents[1]
OTHERS = sorted(set(languages()) - {"en"})
LEAST_SPOKEN = {"de": 0.94, "fr": 0.94}
"""Of the whole sentences of the code; those that only a language model reads are among the rest."""


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_nothing_that_the_code_does_not_say(language: str) -> None:
    assert check_language(language).problems == []


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ({"follow_up": {"again": ["nochmal"]}}, "nothing reads follow_up.again"),
        ({"folow_up": {"more": ["weiter"]}}, "nothing reads folow_up.more"),
        ({"follow_up": {"more": ["weiter", "Weiter"]}}, "“weiter” stands twice in follow_up.more"),
    ],
)
def test_words_that_nothing_reads_or_that_stand_twice_are_named(own: dict, problem: str) -> None:
    assert list(unfit_families(own, families("words"))) == [problem]


def test_a_phrase_must_mean_what_the_lexicon_knows() -> None:
    assert list(unfit_phrases({"reads": {"mélanome": "melanoma", "annule": "undo"}})) == []
    assert list(unfit_phrases({"reads": {"mélanome": "melanomna"}})) == ["nothing reads “melanomna”, which “mélanome” is to mean"]
    assert list(unfit_phrases({"read": {}})) == ["nothing reads read"]


def test_english_is_checked_like_the_others() -> None:
    assert list(unfit_words("en")) == []


def test_each_language_brings_its_own_words_and_they_are_read_together() -> None:
    for file in files_of("de"):
        for table, held in own_families("de", file).items():
            for name in held:
                each = [word for one in ("en", *OTHERS) for word in own_families(one, file).get(table, {}).get(name, ())]
                assert families(file)[table][name] == list(dict.fromkeys(each))
    assert registry.tasks()["grading"].words[0] == "grade"
    assert {"grade", "schweregrad"} <= set(registry.tasks()["grading"].words)


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_nearly_all_that_the_code_says(language: str) -> None:
    spoken = check_language(language).spoken.values()
    assert sum(known for known, _ in spoken) >= LEAST_SPOKEN[language] * sum(number for _, number in spoken)


@pytest.mark.parametrize("language", OTHERS)
def test_the_words_on_cards_are_those_of_the_browser_part(language: str) -> None:
    assert unsaid_in_browser(language, [path.read_text(encoding="utf-8") for path in ROOT.glob("labextension/src/*.ts")]) == []


@pytest.mark.parametrize(
    ("request_", "language"),
    [
        ("Unterscheide Melanome von Nävi. 8 Minuten", "de"),
        ("Finde die Frakturen", "de"),
        ("Trouve les fractures et encadre-les", "fr"),
        ("Sépare mélanome et nævus, rater un mélanome est pire", "fr"),
        ("Separate melanoma from nevus. Missing a melanoma is worse", "en"),
        ("Outline the polyps in data/Bilder/der-Klinik", "en"),
        ("AUROC?", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_of_the_request(request_: str, language: str) -> None:
    assert language_of(request_) == language


def test_the_language_stays_until_another_one_is_asked_for() -> None:
    german = HumanMessage(with_settings("Finde die Frakturen", Settings("study", language="de")))
    switched = HumanMessage(with_settings("from now on in English", Settings("study", language="en")))
    assert language_between("AUROC?", [german]) == "de"
    assert language_between("how good is it?", [german]) == "en"
    assert language_between("Wie gut ist es?", [german, switched]) == "en"
    assert language_between("parle français, s'il te plaît", [german, switched]) == "fr"


# ------------------------------------------------------------------ what the data are called
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], exclude_characters="“”„|`*"), min_size=1).map(
    str.strip
)


@given(name=NAMES.filter(bool))
def test_what_the_data_are_called_is_never_translated(name: str) -> None:
    said = speak(f"“{name}” holds one value or nothing, so reliance on it can neither be measured nor reduced.", "de")
    assert said.startswith(f"„{name}“ enthält einen Wert oder nichts;")


@pytest.mark.parametrize("word", ["fracture", "normal", "Test", "no finding", "image", "left out", "positive", "No", "Right"])
def test_a_label_that_is_called_like_a_word_of_ours_stays(word: str) -> None:
    assert f"| {word} |" in speak(f"| Class | Count |\n|---|---|\n| {word} | 12 |", "de")
    assert f"<td>{word}</td>" in speak_html(f"<table><tr><td>{word}</td><td>12</td></tr></table>", "de")
    assert word in speak(f"No image shows {word}; there are: a, b.", "de")


def test_code_stays_and_markdown_keeps_its_form() -> None:
    said = "## Plan\n\n- The study is done.\n\n```python\n# The study is done.\n```\n\n| experiment | why |\n|---|---|\n| a | b |"
    spoken = speak(said, "de")
    assert "- Die Studie ist fertig." in spoken
    assert "# The study is done." in spoken
    assert "| Experiment | warum |" in spoken


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_that_was_said_is_lost(language: str) -> None:
    said = "Not judged: nodule (only 3 groups show it, too few to judge); catheter (only 4 groups show it, too few to judge)."
    spoken = speak(said, language)
    assert all(part in spoken for part in ("nodule", "3", "catheter", "4"))


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_loses_what_its_gaps_hold(language: str) -> None:
    pairs = {english: other for file in phrases(language).values() for english, other in file.items() if GAP.search(english)}
    assert len(pairs) > 400
    lost = {
        english: spoken for english, other in pairs.items() if not _keeps(english, other, spoken := _filled(english, language))
    }
    assert lost == {}


def _filled(english: str, language: str) -> str:
    """A sentence whose gaps hold numbers, each its own, in the language."""
    number = iter(range(701, 800))
    return speak_phrase(GAP.sub(lambda _: str(next(number)), english), language)


def _keeps(english: str, other: str, spoken: str) -> bool:
    kept = {gap[1] for gap in GAP.finditer(other) if gap[3] is None}
    held = [str(number) for number, gap in enumerate(GAP.finditer(english), start=701) if gap[1] in kept]
    return all(one in spoken for one in held)


def test_what_no_sentence_fits_stays_as_it_is() -> None:
    assert speak("Nobody ever wrote this sentence down.", "de") == "Nobody ever wrote this sentence down."
    assert speak("The study is done.", "en") == "The study is done."


@pytest.mark.parametrize("language", OTHERS)
def test_the_clinicians_own_words_are_not_translated(language: str) -> None:
    asked = "The study is done. Go on all the same?"
    assert asked in speak_html(f"<p>Asked for: “{asked}”</p>", language)
    assert asked in speak(f"“{asked}” changes nothing that I can read.", language)


def test_a_page_names_its_language_and_keeps_its_style() -> None:
    page = '<html lang="en"><style>p { color: red }</style><p>The study is done.</p><img alt="ROC">'
    assert speak_html(page, "de") == '<html lang="de"><style>p { color: red }</style><p>Die Studie ist fertig.</p><img alt="ROC">'


# ------------------------------------------------------------------ cards
class Says:
    """Answers a card, and keeps what it saw."""

    def __init__(self, **decision: str) -> None:
        self.decision, self.seen = Decision.model_validate(decision), list[Card]()

    async def decide(self, card: Card) -> Decision:
        self.seen.append(card)
        return self.decision


PLAN = Card(id="1", kind="plan", title="Plan", body="Assumed:")
QUESTION = Card(
    id="2", kind="question", title="?", body="Go on all the same?", choices=["go on", "stop"], key="few", default="go on"
)


def test_a_card_is_shown_in_the_language_and_answered_in_ours() -> None:
    card = spoken_card(QUESTION, "de")
    assert (card.body, card.choices) == ("Trotzdem weitermachen?", ["go on", "stop"])
    assert card.labels == {"go on": "weitermachen", "stop": "anhalten"}


@pytest.mark.parametrize(
    ("card", "said", "meant"),
    [
        (PLAN, Decision(choice="Change", text="Genehmigen"), Decision(choice="Approve")),
        (PLAN, Decision(choice="Change", text="mehr Zeit"), Decision(choice="Change", text="mehr Zeit")),
        (QUESTION, Decision(choice="answer", text="Weitermachen!"), Decision(choice="answer", text="go on")),
        (QUESTION, Decision(choice="answer", text="egal"), Decision(choice="answer", text="egal")),
    ],
)
async def test_what_is_typed_to_a_card_is_understood(card: Card, said: Decision, meant: Decision) -> None:
    approver = Says(**said.model_dump(exclude_defaults=True))
    assert await SpokenApprover(approver, lambda: "de").decide(card) == meant
    assert approver.seen[0].language == "de"


PHRASES = tomllib.loads((Path(__file__).parent / "french_phrases.toml").read_text(encoding="utf-8"))
NOT_READ = (
    "Repérez les fractures du poignet, peu d'images sont annotées avec des boîtes",
    "Plusieurs anomalies peuvent coexister : lesquelles voit-on ?",
)
"""What is not read, and asked about instead."""


@pytest.mark.parametrize("phrase", [*PHRASES["request"], *PHRASES["unseen"]], ids=lambda phrase: phrase["text"][:40])
def test_a_french_request_is_read(phrase: dict) -> None:
    intent = read_request(phrase["text"])
    read = {
        "task": intent.task,
        "targets": list(intent.targets),
        "risk": intent.risk,
        "minutes": intent.minutes,
        "target": intent.target,
        "confounders": list(intent.confounders),
        "weak": intent.weak,
        "rest": intent.versus_rest,
        "whether": intent.asks_whether,
        "group": intent.group,
        "modality": intent.modality,
    }
    wrong = {key: read[key] for key in phrase if key != "text" and read[key] != phrase[key]}
    assert (wrong == {}) is (phrase["text"] not in NOT_READ), wrong


def test_paths_and_what_is_in_no_list_stay_as_they_are_typed() -> None:
    assert read_as_english("Distingue Foo et Bar dans data/les-images") == "distinguish Foo and Bar in data/les-images"
    assert read_as_english("Unterscheide Melanome von Nävi") == "Unterscheide Melanome von Nävi"


def test_an_order_is_understood_in_every_language() -> None:
    assert understand("la deuxième", ["age", "sex"], "fr") == "sex"


# ------------------------------------------------------------------ what a person sees
def test_all_that_can_be_said_after_a_study_is_offered_in_german() -> None:
    told = [*(family.help for family in catalogue()), *(family.examples[0] for family in catalogue() if family.help)]
    assert [phrase for phrase in told if surely_language_of(speak_phrase(phrase, "de")) == "en"] == []
    assert _english(speak(able(), "de")) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_report_of_a_study_is_spoken_whole(finished: FinishedStudy, language: str) -> None:
    page = speak_html((finished.study / "report.html").read_text(encoding="utf-8"), language)
    page = re.sub(r"<style>.*?</style>|<p[^>]*>[^<]*Separate melanoma[^<]*</p>", "", page, flags=re.DOTALL)  # their own words
    seen = _texts(page)
    assert len(seen) > 300
    assert f'<html lang="{language}">' in page
    assert [line for text in seen for line in _english(text)] == []


def test_a_german_request_is_answered_in_german(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook, triage = tmp_path / "study.ipynb", tmp_path / "data"
    phantoms.write("triage", triage, n=80, seed=0)
    request = "Unterscheide Melanome von Nävi. Ein Melanom zu übersehen ist schlimmer als ein Fehlalarm. 2 Minuten"
    result = run(RunOptions(request, triage, notebook=notebook, yes=True, dry_run=True))
    assert result["exit"] == 0
    assert result["specification"]["objective"] == "Tell melanoma from nevus on an image"  # the record stays English
    assert [line for line in _sentences(capsys.readouterr().out) if surely_language_of(line) == "en"] == []
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert "language='de'" in "".join(cells[0]["source"])
    seen = [text for cell in cells for text in _seen(cell)]
    assert len(seen) > 50
    assert [line for text in seen for line in _english(text)] == []


def _seen(cell: dict) -> list[str]:
    """What a person reads of a cell that is not code: its text, or what it shows, cell of a table by cell."""
    if cell["cell_type"] == "markdown":
        return re.split(r"[\n|]", "".join(cell["source"]))
    return [text for output in cell["outputs"] for text in _texts("".join(output.get("data", {}).get("text/html", "")))]


def _texts(page: str) -> list[str]:
    """What stands between the tags of a page, marks of words aside."""
    return [unescape(text) for text in re.split(r"<[^>]+>", re.sub(r"</?(?:b|span|code)\b[^>]*>", "", page)) if text.strip()]


def _sentences(text: str) -> list[str]:
    return [part.strip() for line in text.split("\n") for part in ENDS.split(line) if part.strip()]


def _english(text: str) -> list[str]:
    """Sentences that stayed English; names of columns (“image_id”) are no sentences."""
    return [part for part in _sentences(text) if " " in part and surely_language_of(part) == "en"]
