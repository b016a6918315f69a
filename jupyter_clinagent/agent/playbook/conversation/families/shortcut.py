"""“It looks at the ruler”: an experiment against a shortcut that was noticed afterwards."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.conversation import training
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.debiasing import find_confounders, freeing_rungs
from jupyter_clinagent.agent.playbook.discovering import discovered
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn


def _reads(heard: Heard, _past: Past) -> bool:
    return bool(heard.intent.confounders or heard.intent.distrusts) and not heard.may_begin_study


def _acts(turn: Turn, heard: Heard, past: Past) -> Step:
    planning, notes = past.setting.planning, list[str]()
    if not planning.FREES:
        return finish("answered", planning.declines("free"))
    names = find_confounders(heard.intent, past.survey, notes.append) or _found_by_audit(heard, past)
    rungs = freeing_rungs(past.specification.model_copy(update={"confounders": names}), past.survey)
    if not rungs:
        return finish("answered", " ".join(notes) or "Too few images show it for a model to be freed from it.")
    return training.free(turn, past, rungs[0], heard.intent.minutes or training.MORE_MINUTES)


def _found_by_audit(heard: Heard, past: Past) -> list[str]:
    """The strongest shortcut that the audit discovered, where the words name none."""
    audit = past.audit if heard.intent.distrusts and not heard.intent.confounders else None
    found = discovered(past.survey, audit) if audit else []
    return [str(finding.confounder) for finding in found[:1]]


FAMILY = Family(
    name="shortcut",
    help="free the model from a shortcut",
    examples=("it looks at the ruler", "the model relies on the rulers", "es schaut auf das Lineal"),
    reads=_reads,
    acts=_acts,
    rank=60,
)
