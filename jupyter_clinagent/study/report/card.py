"""The model card (after Mitchell et al. 2019)."""

from __future__ import annotations

from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.showing.markup import metric_name, table, with_interval


def model_card(e: Evidence) -> str:
    """What the model is for, what it is not for, and how to use it."""
    entry, point = e.opening.trained.entry, e.opening.facts.operating_point
    recipe = entry.details.get("model", {})
    threshold = f"call it {point.named} from a score of {point.threshold:.3f} on" if point else e.words.naming(e)
    rows = [
        ("Intended use", f"Research: {e.specification.objective}"),
        (
            "Out of scope",
            "Any decision about a patient; images of another kind, device or body part than those it learnt from; other classes.",
        ),
        ("Status", "Research use only; not a medical device"),
        (
            "Input and output",
            f"One colour image, {_size(e)} pixels after preprocessing; a score for each of {', '.join(e.specification.classes)}",
        ),
        ("How to read it", f"On its own scores: {threshold}"),
        ("Network", f"{recipe.get('backbone')}, trained parts: {recipe.get('trainable')}; experiment “{entry.name}”"),
        ("Training data", f"{int((e.session.cohort.table['partition'] == 'train').sum())} images; see “The images”"),
        ("Test figure", f"{metric_name(e.opening.facts.primary_metric)} {with_interval(e.primary)}"),
        ("Known weaknesses", "See “Read with care”, the subgroups and the worst misses"),
        ("Files", "model/weights.safetensors, model/model.onnx, model/preprocessing.json"),
    ]
    return f'<div class="scroll">{table(["Model card", e.specification.title], rows)}</div>'


def _size(e: Evidence) -> str:
    size = (e.opening.trained.data.recipe.get("preprocessing") or {}).get("size")
    return " × ".join(str(side) for side in size) if size else "resized"
