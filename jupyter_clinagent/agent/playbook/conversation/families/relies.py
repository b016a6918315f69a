"""“Does it rely on the ruler?”: what was measured of a shortcut; as a question it trains nothing."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past


def _reads(heard: Heard, _past: Past) -> bool:
    doubts = bool(heard.intent.confounders or heard.intent.distrusts)
    return doubts and not heard.may_begin_study and "reliab" not in heard.plain


def _answer(heard: Heard, past: Past) -> str:
    named = heard.intent.confounders
    found = [one for one in past.evaluation.reliance if not named or one.confounder in named]
    if found:
        return f"{' '.join(closing.reliance(one.model_dump()) for one in found)} {past.source('evaluation')}"
    audited = [finding.text for finding in past.audit.findings if finding.confounder] if past.audit else []
    what = f"how far it relies on the {named[0]}" if named else "on what else than the finding it relies"
    seen = (
        f"The audit found: {' '.join(audited)} {past.source('audit')}"
        if audited
        else "The audit found no column that goes with it."
    )
    return (
        f"Not measured: {what}. {seen} The heat maps show where it looks (“show me the worst misses”); to train against it, say "
        f"“it looks at the {named[0] if named else 'ruler'}”."
    )


FAMILY = Family(
    name="relies",
    help="whether it relies on a shortcut",
    examples=("does it rely on the ruler?", "does it use shortcuts?", "Achtet es auf das Lineal?"),
    reads=_reads,
    acts=answered(_answer),
    kind="question",
    rank=35,
)
