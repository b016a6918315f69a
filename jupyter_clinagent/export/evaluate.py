"""A bundle's model on another hospital's labelled folder: external figures at the frozen threshold. Nothing is trained."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from scipy import stats

from jupyter_clinagent import versions
from jupyter_clinagent.contracts import Estimate, Specification, names_of
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export.unpack import check, model_in, study_in, unpacked
from jupyter_clinagent.facts import MEAN, say_averaged
from jupyter_clinagent.imaging.inference import load_onnx
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.study.protocol.predictions import BY_CASE
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.task import Task


def evaluate(bundle: Path, data: Path, renamed: dict[str, str] | None = None) -> dict[str, Any]:
    """External figures with intervals.

    Parameters
    ----------
    bundle
        What ``export`` wrote.
    data
        The other hospital's images with labels, in any layout that a study reads.
    renamed
        Their label value -> the model's class, where they differ.

    Returns
    -------
    dict
        ``external`` {metric: {value, low, high}}, ``internal`` (the bundle's own test figures), ``operating_point``, ``shift``
        {prevalence, score_distance (Kolmogorov-Smirnov, 0 to 1) per class}, ``counts`` of what is ``judged`` (images, or
        patients, …), ``not_read``, ``said`` (how their labels were understood), ``text``.
    """
    with unpacked(bundle) as (root, manifest):
        check(root, manifest)
        study = study_in(root, manifest)
        written = json.loads((study / "summary.json").read_text(encoding="utf-8"))
        own = versions.needed(written, {"specification": dict, "test": dict}, "The summary in the bundle", versions.SUMMARY)
        model = load_onnx(model_in(root))
        confirmed = registry.specified(own["specification"])
        specification = confirmed.model_copy(update={"classes": _label_values(confirmed.classes, renamed or {})})
        task = registry.find(model.metadata["task"])
        external, refused, said = task.evaluating.score(model, data, specification)
        table = "predictions.csv" if confirmed.level.by_image else BY_CASE
        internal = pd.read_csv(study / table, dtype={"label": str, "class": str})
    point = own.get("operating_point")
    positives = [model.classes.index(name) for name in names_of(point["positive_class"])] if point else []
    figures = external.estimates(model.classes, positives, point["threshold"] if point else None, seed=0)
    result: dict[str, Any] = {
        "external": {name: value.model_dump() for name, value in figures.items()},
        "internal": own["test"],
        "operating_point": point and {"threshold": point["threshold"], "positive_class": point["positive_class"], "frozen": True},
        "shift": _shift(internal[internal["partition"] == "test"], external, model.classes, task),
        "counts": {c: int(external.binary(k)[0].sum()) for k, c in enumerate(model.classes)},
        "judged": confirmed.level.plural,
        "not_read": refused,
        "said": [*said, *_made_for(confirmed)],
    }
    return result | {"text": _text(result)}


def _made_for(specification: Specification) -> list[str]:
    """That the model learnt from some images alone: whether theirs are such ones, only they know."""
    if not specification.only:
        return []
    return [f"The model was made for {specification.only_in_words}; every labelled image of this folder was judged."]


def _label_values(classes: dict[str, list[str]], renamed: dict[str, str]) -> dict[str, list[str]]:
    unknown = set(renamed.values()) - classes.keys()
    if unknown:
        raise BadInput(
            f"--map names {', '.join(sorted(unknown))}, but the model's classes are {', '.join(classes)}; write --map "
            "THEIRS=OURS."
        )
    return {
        name: [*{*values, name}, *(theirs for theirs, ours in renamed.items() if ours == name)]
        for name, values in classes.items()
    }


def _shift(internal: pd.DataFrame, external: Judged, classes: list[str], task: Task) -> dict[str, dict[str, float]]:
    """How far the other hospital's images lie from the study's own test set."""
    found = {}
    for number, name in enumerate(classes):
        ill, scores = external.binary(number)
        if not len(ill):
            continue  # their labels say nothing of it
        before, prevalence = task.evaluating.internal(internal, name)
        found[name] = {"score_distance": float(stats.ks_2samp(before, scores).statistic)}
        if prevalence is not None or not ill.all():  # what is measured on every image has no prevalence
            found[name]["prevalence_external"] = float(ill.mean())
        if prevalence is not None:
            found[name]["prevalence_internal"] = prevalence
    return found


def _text(result: dict[str, Any]) -> str:
    lines = ["External figures (nothing was trained, the threshold is the study's):"]
    for metric, value in result["external"].items():
        name = registry.metric(metric).title
        if value["value"] is None:
            lines.append(f"  {name}: can't be estimated ({value['reason']})")
            continue
        inside, figure = (result["internal"].get(metric) or {}).get("value"), Estimate.model_validate(value)
        low, high = (figure.written(bound or 0.0) for bound in (figure.low, figure.high))
        interval = "no interval" if figure.low is None else f"{low} to {high}"
        here = f"  {name}: {figure.written(value['value'])}{figure.after} ({interval})"
        lines.append(here + (f", in the study {figure.written(inside)}" if inside is not None else ""))
    lines += _over(result)
    for name, shift in result["shift"].items():
        before = shift.get("prevalence_internal")
        in_study = f", {before:.0%} in the study" if before is not None else ""
        share = (
            f"{shift['prevalence_external']:.0%} of the {result.get('judged', 'images')} here{in_study}; "
            if "prevalence_external" in shift
            else ""
        )
        lines.append(f"  {name}: {share}score distance {shift['score_distance']:.2f}")
    lines += [f"  {sentence}" for sentence in result["said"]]
    reasons = Counter(line.partition(": ")[2] or line for line in result["not_read"])
    lines += [f"  {count} image{'s are' if count > 1 else ' is'} left out: {why}." for why, count in reasons.most_common(5)]
    return "\n".join([*lines, "Research use only; not a medical device."])


def _over(result: dict[str, Any]) -> list[str]:
    """Over what each mean was taken, here and in the study, where some of it can't be judged."""
    said = []
    for where, figures in (("Here", result["external"]), ("In the study", result["internal"])):
        known = {name: Estimate(**value) for name, value in figures.items()}
        means = [name for name in known if name.startswith(MEAN)]
        over = [say_averaged(registry.metric(name).title, name, known) for name in means]
        said += [f"  {where}, {sentence}" for sentence in over if sentence]
    return said
