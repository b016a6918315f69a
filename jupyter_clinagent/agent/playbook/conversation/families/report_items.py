"""“Ethics id: 2026-123”: the clinician's words on report items go on record, and the report is written anew."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import cells, closing
from jupyter_clinagent.agent.playbook.answers import Said, read_answers
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, facts_in, finish, run
from jupyter_clinagent.agent.playbook.turn import Turn


def _acts(turn: Turn, heard: Heard, _past: Past) -> Step:
    answers = _merged(read_answers(heard.text))
    for said in answers:
        run(turn, "I put your words on record.", cell(said))
    report = facts_in(run(turn, "I write the report anew.", cells.REPORT), "report")
    return finish("done", closing.answered_message([f"“{said.text}”" for said in answers], report.get("needs_you") or []))


def _merged(answers: list[Said]) -> list[Said]:
    """Two answers to the same item (ethics and funding) become one."""
    texts: dict[str | int, list[str]] = {}
    for said in answers:
        texts.setdefault(said.item, []).append(said.text)
    return [Said(item, "; ".join(parts)) for item, parts in texts.items()]


def cell(said: Said) -> str:
    """The cell that notes an answer."""
    return f"# A report item in the clinician's words\nstudy.answer({said.item!r}, {said.text!r})"


FAMILY = Family(
    name="report items",
    help="note what you know for the report",
    examples=("ethics id: 2026-123", "item 44: quarterly audit", "the images come from our skin clinic", "Ethikvotum: 17-2026"),
    reads=lambda heard, _past: bool(read_answers(heard.text)),
    acts=_acts,
    kind="either",
    rank=80,
    whole=True,
)
