"""“Export the study”: the study as a zip."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.contracts import Exported


def _reads(heard: Heard, _past: Past) -> bool:
    intent = heard.intent
    return heard.has(known.FOLLOW_UP["export"]) and not (intent.data or intent.task or intent.is_about_imaging)


def _acts(turn: Turn, _heard: Heard, _past: Past) -> Step:
    """The tool says what is missing where no study is finished."""
    call = turn.last("export_study")
    if call is None:
        return Step("I pack the study and look for identifiers in it.", "export_study", {})
    if call.artifact["status"] != "ok":
        return finish("bad_input", call.artifact["error"][1])
    return finish("done", closing.exported_message(Exported.model_validate(call.artifact["exported"])))


FAMILY = Family(
    name="export",
    help="pack the study",
    examples=("export the study", "make a bundle", "exportiere die Studie", "als zip, bitte"),
    reads=_reads,
    acts=_acts,
    rank=85,
    needs=(),
)
