"""Only the specification that a card approved may be confirmed: read before the cell runs, compared after it ran."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from jupyter_clinagent.agent.confirming import approved_in, check_after, check_before
from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.agent.models import ScriptedChatModel
from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.agent.workbench import Approved, Outcome
from jupyter_clinagent.contracts import Card, Decision, OperatingPoint, Specification
from jupyter_clinagent.errors import BadInput, Refused
from jupyter_clinagent.facts import ConfirmationFacts
from jupyter_clinagent.notebook.headless import HeadlessNotebook

SPEC = Specification(
    title="Triage",
    task="classification",
    request="melanoma or nevus; “missing” one is worse",
    objective="tell mel from nv",
    classes={"mel": ["mel"], "nv": ["nv", "nävus"]},
    positive_class="mel",
    primary_metric="auroc",
    risk="a missed melanoma is worse",
    operating_point=OperatingPoint(rule="sensitivity", target=0.95, positive_class="mel"),
    minutes=8,
)
APPROVED = Approved(SPEC.hash, "in the chat")
WRITTEN = cells.confirm(SPEC, "in the chat")
INLINE = "study.confirm(" + WRITTEN.split("specification = ")[1].split("\nstudy.confirm")[0]


@pytest.mark.parametrize(
    "source",
    [
        WRITTEN,
        cells.confirm(SPEC, ""),
        f"from jupyter_clinagent.contracts import Specification\n\n{WRITTEN}\nprint('on record')",
        f"{INLINE}, approved='in the chat')",
        f"{INLINE}, 'in the chat')",
        INLINE.replace("confirm(", "confirm(approved='in the chat', specification=") + ")",
        "study.survey()",
        "ready = 'the clinician confirms'",
    ],
)
def test_the_approved_specification_is_confirmed_however_it_is_written_down(source: str) -> None:
    check_before(source, APPROVED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    positive_class='mel',", "    positive_class='nv',"),
        ("target=0.95, positive_class='mel'", "target=0.95, positive_class='nv'"),
        ("target=0.95", "target=0.8"),
        ("rule='sensitivity'", "rule='specificity'"),
        ("a missed melanoma is worse", "balanced"),
        ("['nv', 'nävus']", "['nv']"),
        ("minutes=8.0", "minutes=80"),
        ("seed=0", "seed=1"),
    ],
)
def test_another_specification_is_refused_whatever_differs(old: str, new: str) -> None:
    assert old in WRITTEN
    with pytest.raises(BadInput, match="not the specification that the card approved"):
        check_before(WRITTEN.replace(old, new), APPROVED)


def test_of_two_confirmations_in_a_cell_each_is_read() -> None:
    with pytest.raises(BadInput, match="not the specification that the card approved"):
        check_before(f"{INLINE})\n{INLINE.replace('0.95', '0.5')})", APPROVED)


@pytest.mark.parametrize(
    "source",
    [
        "study.confirm(specification)",
        "study.confirm()",
        "study.confirm(*[specification])",
        WRITTEN.replace("seed=0", "seed=int('1')"),
        WRITTEN.replace("seed=0", "**{'seed': 1}"),
        WRITTEN.replace("seed=0", "seed={[]: 1}"),
        WRITTEN.replace("minutes=8.0", "minutes=minutes"),
        WRITTEN.replace("\nstudy.confirm", "\nspecification = other\nstudy.confirm"),
        WRITTEN.replace("\nstudy.confirm", "\nspecification.classes['nv'] = ['other']\nstudy.confirm"),
        WRITTEN.replace("\nstudy.confirm", "\nfor specification in others: pass\nstudy.confirm"),
        "study.confirm(specification)\n" + WRITTEN.rsplit("\n", 1)[0],
        "done = study.confirm\ndone(specification)",
        "getattr(study, 'confirm')(specification)",
        "exec('study.confirm(specification)')",
        f"%%time\n{WRITTEN}",
        "%time study.confirm(specification)",
        "study.confirm(Specification.model_validate({}))",
    ],
)
def test_what_cant_be_read_is_refused_with_a_sentence_that_says_how_to_write_it(source: str) -> None:
    with pytest.raises(BadInput, match=r"Write specification = Specification\(…\) with plain values"):
        check_before(source, APPROVED)


@pytest.mark.parametrize("source", [WRITTEN, cells.confirm(SPEC, ""), cells.confirm(SPEC, "--yes")])
def test_without_an_approved_card_nothing_is_confirmed(source: str) -> None:
    with pytest.raises(BadInput, match="no card says so"):
        check_before(source, None)


@pytest.mark.parametrize("claim", ["'--yes'", "'-' + '-yes'", "by"])
def test_a_cell_says_only_what_the_card_said_about_who_approved(claim: str) -> None:
    with pytest.raises(BadInput, match="no card says so"):
        check_before(WRITTEN.replace("'in the chat'", claim), APPROVED)


def test_what_the_kernel_confirmed_is_compared_with_what_was_approved() -> None:
    right, wrong = (ConfirmationFacts(hash=hash_).model_dump() for hash_ in (SPEC.hash, "0" * 64))
    check_after([{"kind": "audit"}, right], APPROVED)
    for facts, approved in (([right, wrong], APPROVED), ([right], None)):
        with pytest.raises(Refused, match="another specification than the one that was approved"):
            check_after(facts, approved)


def card_of(choice: str, spec: Specification = SPEC) -> ToolMessage:
    return ToolMessage("…", tool_call_id="1", artifact={"specification": spec.hash, "choice": choice, "by": "in the chat"})


@pytest.mark.parametrize(
    ("choices", "approved"),
    [
        ([], None),
        (["Approve"], APPROVED),
        (["Approve", "Reject"], None),
        (["Approve", "Change"], None),
        (["Reject", "Approve"], APPROVED),
    ],
)
def test_the_last_card_counts(choices: list[str], approved: Approved | None) -> None:
    assert approved_in([card_of(choice) for choice in choices]) == approved


# ------------------------------------------------------------------ in a turn
class Clinician:
    """Answers the specification's card; approves everything else."""

    def __init__(self, *choices: str) -> None:
        self.choices, self.cards = list(choices), []

    async def decide(self, card: Card) -> Decision:
        self.cards.append(card)
        choice = self.choices.pop(0) if card.kind == "specification" else "Approve"
        return Decision(choice=choice, by="in the chat")


@pytest.fixture
async def notebook(tmp_path: Path) -> AsyncIterator[HeadlessNotebook]:
    async with HeadlessNotebook(tmp_path / "trial.ipynb") as port:
        yield port


def call(tool: str, number: int = 0, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": f"{tool}-{number}"}])


def propose(number: int = 0, body: str = "I suggest this.") -> AIMessage:
    return call("propose_specification", number, specification=SPEC.model_dump(mode="json"), body=body)


async def turn(port: HeadlessNotebook, clinician: Clinician, *script: AIMessage) -> tuple[Outcome, list[str]]:
    model = ScriptedChatModel(script=[*script, AIMessage("done")])
    outcome = await run_agent(
        "please",
        port=port,
        approver=clinician,
        sink=lambda event: None,
        settings=AgentSettings(chat_model=model, model="scripted:test", granted=True),
        thread_id="t",
        checkpoint_path=str(Path(port.path).with_suffix(".sqlite")),
    )
    return outcome, [str(m.content) for m in model.seen[-1] if isinstance(m, ToolMessage)]


STUDY = """\
from jupyter_clinagent.contracts import OperatingPoint, Specification
from jupyter_clinagent.facts import ConfirmationFacts
from jupyter_clinagent.study.showing.display import show

class Study:
    def confirm(self, specification, approved=""):
        show(ConfirmationFacts(hash=specification.hash, approved=approved), "confirmed")

study = Study()
"""


async def test_the_card_shows_the_specification_itself_and_the_answer_is_the_cell_to_run(notebook: HeadlessNotebook) -> None:
    clinician = Clinician("Approve")
    _, (answer,) = await turn(notebook, clinician, propose(body="All is well."))
    body = clinician.cards[0].body
    assert cells.specification_markdown(SPEC, ()).rstrip() in body
    assert cells.confirm(SPEC, "") in body
    assert body.index("to the letter") < body.index("In the language model's own words:\n\nAll is well.")
    assert answer.endswith(WRITTEN)


async def test_a_confirmation_runs_once_it_is_approved_in_a_later_turn_too(notebook: HeadlessNotebook) -> None:
    await turn(notebook, Clinician("Approve"), call("add_and_run", 1, source=STUDY), propose())
    outcome, texts = await turn(notebook, Clinician(), call("add_and_run", 2, source=WRITTEN))
    assert "confirmed" in texts[-1]
    assert outcome.status == "answered"
    assert outcome.facts["specification"] == [
        {"kind": "specification", "facts_schema": 1, "hash": SPEC.hash, "approved": "in the chat"}
    ]


async def test_after_a_rejection_the_specification_approved_before_counts_no_more(notebook: HeadlessNotebook) -> None:
    script = propose(1), propose(2), call("add_and_run", source=WRITTEN)
    _, texts = await turn(notebook, Clinician("Approve", "Reject"), *script)
    assert "no card says so" in texts[-1]
    assert await notebook.cells() == []


async def test_a_changed_cell_is_read_as_a_new_one(notebook: HeadlessNotebook) -> None:
    cell = await notebook.insert("code", "1 + 1")
    changed = call("edit_cell", cell_id=cell.id, source=WRITTEN.replace("0.95", "0.5"), expected_hash=cell.hash)
    _, texts = await turn(notebook, Clinician("Approve"), propose(), changed)
    assert "not the specification that the card approved" in texts[-1]
    assert [c.source for c in await notebook.cells()] == ["1 + 1"]


async def test_the_clinicians_text_may_speak_of_confirming(notebook: HeadlessNotebook) -> None:
    cell = await notebook.insert("markdown", "The biopsy decides")
    changed = call("edit_cell", cell_id=cell.id, source="The biopsy has to confirm it.", expected_hash=cell.hash)
    await turn(notebook, Clinician(), changed)
    assert [c.source for c in await notebook.cells()] == ["The biopsy has to confirm it."]


async def test_a_turn_that_confirmed_something_else_in_a_hidden_way_stops(notebook: HeadlessNotebook) -> None:
    hidden = STUDY + WRITTEN.rsplit("\n", 1)[0].replace("0.95", "0.5") + "\nexec('study.con' + 'firm(specification)')"
    script = propose(), call("add_and_run", 1, source=hidden), call("add_and_run", 2, source="print('trained')")
    outcome, _ = await turn(notebook, Clinician("Approve"), *script)
    assert outcome.status == "refused"
    assert "another specification than the one that was approved" in outcome.message
    assert [c.source for c in await notebook.cells()] == [hidden]
