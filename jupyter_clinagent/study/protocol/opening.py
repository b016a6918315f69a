"""The opening of the test set: once, on record; the same opening again is a replay and not counted."""

from __future__ import annotations

import pandas as pd

from jupyter_clinagent.contracts import OperatingPoint
from jupyter_clinagent.errors import BadInput, ProtocolViolation
from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study.protocol.evaluation import (
    choose_operating_point,
    operating_result,
    subgroup_table,
    why_no_threshold,
)
from jupyter_clinagent.study.protocol.evaluator import judged_otherwise
from jupyter_clinagent.study.protocol.ledger import recipe_hash
from jupyter_clinagent.study.protocol.outcomes import Opening, Trained
from jupyter_clinagent.study.protocol.record import confirmed_in
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.protocol.shortcuts import Tested, reliance_facts


def open_test_set(session: Session, reason: str, again: bool = False) -> Opening:
    """Evaluate the best experiment on the test set.

    Raises
    ------
    ProtocolViolation
        No experiment was kept; or another model has seen the test set already and ``again`` was not given.
    EvaluatorChanged
        The evaluator is not the confirmed one.
    """
    trained = _to_be_opened(session, reason)
    session.confirmed.check()
    identity = {**session.identity(), "evaluator": _evaluator(session), "recipe": trained.entry.recipe}
    if trained.freed_from is not None and session.erm is not None:
        identity["erm"] = session.erm.entry.recipe  # it is shown the test set too, for comparison
    opening = recipe_hash(identity)
    counted = opening not in session.ledger.openings
    if counted and session.ledger.openings and not again:
        raise ProtocolViolation(
            "The test set has been opened before, for another model or specification. New experiments are judged on validation; "
            "to open it for this one too, say study.unseal(reason, again=True): it is counted, and the report says so."
        )
    session.record.add("test set opened" if counted else "opening replayed", reason=reason, opening=opening, **identity)
    session.ledger.open(opening)
    sealed = session.cohort.seal.open()
    return _evaluated(session, trained, sealed, reason, replayed=not counted)


def _evaluator(session: Session) -> str:
    """The identity under which the test set was opened; release 0.1.0 knew evaluators by the text of their code."""
    first = confirmed_in(session.record.entries())[0]
    same = first["specification"]["task"] == session.task.name and not judged_otherwise(session.task, None)
    return str(first["evaluator"]) if "versions" not in first and same else session.confirmed.evaluator_hash


def _to_be_opened(session: Session, reason: str) -> Trained:
    if session.best is None:
        raise ProtocolViolation("No experiment has been kept yet: there is nothing to evaluate.")
    if not reason.strip():
        raise ProtocolViolation("Give the reason for opening the test set; it goes on the record.")
    return session.best


def _evaluated(session: Session, trained: Trained, sealed: pd.DataFrame, reason: str, replayed: bool) -> Opening:
    specification, classes = session.confirmed.specification, session.cohort.classes
    by_image = session.predict(trained.model, trained.data, "test")
    test, cases = session.at_level(by_image, "test"), session.cases(by_image.images, "test")
    point = specification.operating_point
    missing = why_no_threshold(trained.validation, point, classes) if point else None
    threshold = choose_operating_point(trained.validation, point, classes) if point and not missing else None
    figures = [part.estimates(classes, session.positives, threshold, session.seed) for part in (trained.validation, test)]
    facts = EvaluationFacts(
        experiment=trained.entry.name,
        primary_metric=session.metric,
        validation=figures[0],
        test=figures[1],
        operating_point=operating_result(point, threshold, *figures) if point and threshold is not None else None,
        no_threshold=missing,
        reliance=reliance_facts(session, Tested(trained, by_image), lambda erm: session.predict(erm.model, erm.data, "test")),
        unsealed=len(session.ledger.openings),
        replayed=replayed,
    )
    columns = [name for name in specification.subgroups if name in sealed.columns]
    known = _known(sealed.loc[by_image.images, columns], cases)
    subgroups = subgroup_table(test, known, columns, classes, session.seed)
    _record_figures(session, facts)
    files = dict(zip(sealed.index, sealed["file"], strict=True))
    return Opening(facts, trained, test, by_image, cases, threshold, files, subgroups, reason, len(session.ledger.openings))


def _known(metadata: pd.DataFrame, cases: Cases | None) -> pd.DataFrame:
    """Metadata of what is judged; of a case what all of its images agree on."""
    return metadata if cases is None else metadata.astype(object).apply(lambda cells: cases.alike(cells.to_numpy()))


def _record_figures(session: Session, facts: EvaluationFacts) -> None:
    session.record.add("test figures", test={name: estimate.value for name, estimate in facts.test.items()})


def post_hoc(session: Session, rule: str, target: float | None, positive: str | list[str] | None) -> EvaluationFacts:
    """Figures of another threshold on the stored scores. It was not prespecified: *post hoc*."""
    opening = session.opening
    given = session.confirmed.specification.operating_point
    name = positive or (given.positive_class if given else None)
    if name is None:
        raise ProtocolViolation("Say which class is the positive one: study.new_threshold(…, positive=…).")
    point = OperatingPoint(rule=rule, target=target, positive_class=name)
    classes = session.cohort.classes
    if missing := why_no_threshold(opening.trained.validation, point, classes):
        raise BadInput(f"{missing} Add images of the other kind, or choose another rule.")
    threshold = choose_operating_point(opening.trained.validation, point, classes)
    parts = (opening.trained.validation, opening.test)
    figures = [part.estimates(classes, [*map(classes.index, point.positives)], threshold, session.seed) for part in parts]
    if not {"sensitivity", "specificity"} <= figures[1].keys():
        raise ProtocolViolation("In this kind of study no single threshold decides; each figure says by what rule it was got.")
    result = operating_result(point, threshold, *figures)
    session.record.add("post hoc threshold", rule=rule, target=target, positive_class=name, threshold=threshold)
    return opening.facts.model_copy(update={"operating_point": result, "validation": figures[0], "test": figures[1]})
