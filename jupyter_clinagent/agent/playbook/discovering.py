"""Shortcuts that the audit discovers: a column that goes with the label, where the request distrusts shortcuts but names none.

Associations are of training and validation, after the seal; what becomes of them is decided before the specification is
confirmed. Without distrust in the request they stay a warning with the sentence to say.
"""

from __future__ import annotations

from dataclasses import replace

from jupyter_clinagent.agent.playbook.debiasing import FEWEST, NAMES_NOTHING
from jupyter_clinagent.agent.playbook.drafting import Draft, listed
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.facts import AuditFacts, AuditFinding, SurveyFacts
from jupyter_clinagent.tasks import registry

_ROLES = ("confounder", "site", "other")
"""Sex and age are no shortcuts but subgroups; an alias is the answer itself."""


def discovered(survey: SurveyFacts, audit: AuditFacts) -> list[AuditFinding]:
    """Findings about columns of yes and no that a model could take for the disease, those of devices and circumstances first."""
    columns = {column.name: column for column in survey.columns if column.role in _ROLES}
    usable = [f for f in audit.findings if f.confounder in columns and _shown_often_enough(columns[f.confounder].values)]
    return sorted(usable, key=lambda f: (columns[str(f.confounder)].role != "confounder", -f.count))


def _shown_often_enough(values: dict[str, int]) -> bool:
    return len(values) == 2 and min(values.values()) >= FEWEST


def put_forward(drafted: Draft, intent: Intent, survey: SurveyFacts, audit: AuditFacts) -> Draft:
    """The draft with the strongest discovered confounder, where the request distrusts shortcuts without naming one.

    Otherwise the draft says what could be asked for, and nothing is done about it.
    """
    spec, found = drafted.specification, discovered(survey, audit)
    found = [finding for finding in found if finding.confounder not in spec.confounders]
    if not registry.find(spec.task).planning.FREES or not found:
        return drafted
    if not intent.distrusts or intent.confounders or spec.confounders:
        return replace(drafted, assumptions=(*drafted.assumptions, _offered(found)))
    rest = [_offered(found[1:])] if found[1:] else []
    said = [line for line in drafted.assumptions if line != NAMES_NOTHING]
    chosen = spec.model_copy(update={"confounders": [str(found[0].confounder)]})
    return replace(drafted, specification=chosen, assumptions=(*said, _chosen(found[0]), *rest))


def _chosen(finding: AuditFinding) -> str:
    return (
        "The request speaks of shortcuts and names none that the data know of; the audit found that "
        f"“{finding.confounder}” goes with the label (it explains {finding.count} % of it in training and validation), so that "
        "is what the model is freed from."
    )


def _offered(found: list[AuditFinding]) -> str:
    several = len(found) > 1
    return (
        f"{listed(f.confounder for f in found)} go{'' if several else 'es'} with the label, and nothing is done about it unless "
        f"you say so: “it must not rely on {found[0].confounder}”."
    )
