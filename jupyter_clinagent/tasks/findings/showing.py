"""What a study of several findings shows: each by partition, its ROC, heat maps, the worst mistakes, its predictions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging import figures as plots
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import MOST, FailureKind, failure
from jupyter_clinagent.study.showing.markup import HEADS, ShownTable
from jupyter_clinagent.tasks.findings.by_finding import tables
from jupyter_clinagent.tasks.findings.scored import FindingScores

__all__ = ["cohort", "failures", "figures", "galleries", "predictions", "tables"]

PICTURES = 5


def cohort(facts: CohortFacts) -> list[ShownTable | str]:
    """Images by finding and partition: yes, no, unknown; and what gets one answer from several of them."""
    images = _counted(facts.details["findings"], "images")
    return [images] if facts.level.by_image else [images, _counted(facts.details["cases"], facts.level.plural)]


def _counted(findings: dict[str, dict[str, list[int]]], judged: str) -> ShownTable:
    rows = [(name, *(" / ".join(map(str, parts[part])) for part in PARTITIONS)) for name, parts in findings.items()]
    return ShownTable(["Finding", *HEADS], rows, f"{judged.capitalize()} that show it / don't / of which it is not known")


def figures(session: Session) -> dict[str, Figure]:
    """One ROC for each finding that can be judged."""
    test = session.opening.test
    assert isinstance(test, FindingScores)
    drawn = {}
    for number, name in enumerate(session.cohort.classes):
        known = ~np.isnan(test.truth[:, number])
        hit, score = (test.truth[known, number] == 1).astype(np.int64), test.scores[known, number]
        if not test.too_few[number]:
            both = np.column_stack([1 - score, score])
            cut = float(test.thresholds[number])
            drawn[f"roc_{number + 1}"] = plots.roc(hit, both, [f"no {name}", name], 1, threshold=cut)
    return drawn


def _ranked(test: FindingScores, number: int) -> dict[str, list[int]]:
    """Rows of a finding: surest hits, worst misses and false alarms."""
    truth, score, cut = test.truth[:, number], test.scores[:, number], test.thresholds[number]
    high, low = np.argsort(-score, kind="stable"), np.argsort(score, kind="stable")
    return {
        "hits": [int(k) for k in high if truth[k] == 1 and score[k] >= cut],
        "misses": [int(k) for k in low if truth[k] == 1 and score[k] < cut],
        "false alarms": [int(k) for k in high if truth[k] == 0 and score[k] >= cut],
    }


def galleries(session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
    """For each finding its surest hits and worst misses with heat maps on its own output, and the randomisation test."""
    from jupyter_clinagent.imaging.classifier import ImageClassifier
    from jupyter_clinagent.imaging.explanation import grad_cam, randomisation_correlation

    test, model = opening.test, opening.trained.model
    assert isinstance(test, FindingScores)
    assert isinstance(model, ImageClassifier)
    pixels, shown, rows, about = opening.trained.data.images("test"), [], list[int](), list[int]()
    for number, name in enumerate(session.cohort.classes):
        ranked = _ranked(test, number)
        chosen = (ranked["hits"][:PICTURES] + ranked["misses"][:PICTURES])[:most]
        if not chosen:
            continue
        said = [f"{'hit' if k in ranked['hits'] else 'miss'}; {test.scores[k, number]:.2f}" for k in chosen]
        numbers, captions = opening.pictured(chosen, said)
        images = np.asarray(pixels[numbers])
        figure = plots.heat_map_gallery(images, grad_cam(model, images, number), captions, name)
        title = f"{name}: surest hits and worst misses"
        shown.append(Shown(f"heat_maps_{number + 1}", title, plots.alt_text(figure), plots.png(figure)))
        rows, about = rows + [int(k) for k in numbers[:3]], about + [number] * len(numbers[:3])
    sample = np.asarray(pixels[np.array(rows or [0])])
    return shown, float(randomisation_correlation(model, sample, np.array(about or [0]), seed=session.seed))


def failures(session: Session) -> list[FailureKind]:
    """Misses and false alarms of each finding."""
    opening, classes = session.opening, session.cohort.classes
    test = opening.test
    assert isinstance(test, FindingScores)
    kinds = []
    for number, name in enumerate(classes):
        ranked = _ranked(test, number)
        for noun, title in (("misses", f"{name}, not recognised"), ("false alarms", f"Called {name}, but is not there")):
            worst = [
                failure(opening, row, f"score for {name} {test.scores[row, number]:.2f}") for row in ranked[noun][: MOST // 2]
            ]
            kinds.append(FailureKind(title, f"{noun} of {name}", len(ranked[noun]), worst))
    return kinds


def predictions(known: pd.DataFrame, judged: FindingScores, classes: list[str]) -> pd.DataFrame:
    """One row for each image: ``label_<finding>`` (1, 0, or empty where it is not known) and ``score_<finding>``."""
    labels = pd.DataFrame(judged.truth, columns=[f"label_{name}" for name in classes]).astype("Int64")
    scores = pd.DataFrame(judged.scores, columns=[f"score_{name}" for name in classes])
    return pd.concat([known, labels, scores], axis=1)
