"""Findings: read, given a meaning where they are uncertain, grouped, split and sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, TooFewImages
from jupyter_clinagent.facts import AuditFinding, CohortFacts
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study.cohort.cases import CasedRows, link_cases
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.counting import (
    FEW_GROUPS,
    FEWEST_GROUPS,
    LEAST_GROUPS,
    crossing,
    groups_by_class,
    images_by_class,
    refuse_few_groups,
    with_partition,
    without_spent,
)
from jupyter_clinagent.study.cohort.labels import Labelled
from jupyter_clinagent.study.cohort.linking import Linked
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.cohort.splitting import Split
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.columns import find_findings
from jupyter_clinagent.tasks.findings.found import NO, YES, FoundFindings, key_of
from jupyter_clinagent.tasks.findings.onesided import OneSided, say
from jupyter_clinagent.tasks.findings.splitting import split_findings
from jupyter_clinagent.tasks.findings.truth import (
    MEANS,
    POLICIES,
    gathered,
    one_sided_in,
    read_as,
    say_policies,
    with_others_only,
)

CAPTION = ", by finding"
COLUMNS = "finding columns"
"""Stands for the label column: each finding has its own."""


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, group, split and seal; ``wishes.more`` may say what ``uncertain`` and ``not_mentioned`` entries count as."""
    policies = _policies(wishes)
    whole = _findings_in(inventory)
    everything, others = _without_others(whole, wishes)
    found, bare = _learnable(_corrected(_chosen(everything, wishes.classes), corrections), policies)
    bare = _with_unchosen(bare, whole, wishes.classes, policies)
    rows = _with_truth(found, policies)
    labelled = corrections.exclusions.apply(Labelled(rows, COLUMNS, {FINDING: [FINDING], NO_FINDING: [NO_FINDING]}, {}, 0, 0))
    linked, cases = link_cases(inventory, labelled.rows, wishes, _known(labelled.rows))
    refuse_few_groups(linked, wishes.allow_few)
    _check_numbers(linked.rows, found, wishes.allow_few)
    split = split_findings(inventory, linked.rows, linked.joined, wishes.split, wishes.seed)
    dealt = with_partition(linked.rows, split).drop(columns="stratum")
    placed, untaught = _taught(dealt)
    left_out = labelled.left_out | linked.readings.broken | cases.left_out | crossing(linked.rows, dealt)
    silent = [*found.rows.index.difference(rows.index), *dealt.index.difference(placed.index)]
    left_out |= {str(file): "nothing is known of any finding" for file in silent}
    left_out |= dict.fromkeys(others, "shows other findings only")
    facts = _facts(found, placed, linked, split, left_out, policies)
    facts = _with_cases(_with_one_sided(facts, bare, untaught), placed, cases)
    tidy = without_spent(placed.drop(columns=[c for c in found.spent if c in placed]), inventory, COLUMNS, split.source)
    return Cohort(inventory.folder, tidy, facts, linked.looks(split), left_out, COLUMNS, wishes.seed)


def _without_others(found: FoundFindings, wishes: Wishes) -> tuple[FoundFindings, list[str]]:
    """Without images that show other findings only, where findings are to be told from normal; and these images."""
    if wishes.more.get("others") is None:
        return found, []
    others = with_others_only(found.codes, wishes.classes)
    return replace(found, codes=found.codes.drop(index=others), rows=found.rows.drop(index=others)), [
        str(file) for file in others
    ]


def _findings_in(inventory: Inventory) -> FoundFindings:
    found = find_findings(inventory)
    if found is None:
        raise LabelsDoNotMatch(
            f"No table in {inventory.folder.root} has several findings for each image: add one with a column of image names and "
            "a column of 1 and 0 for each finding, or one column with findings joined by “|”."
        )
    return found


def _chosen(found: FoundFindings, classes: Mapping[str, list[str]] | None) -> FoundFindings:
    if classes is None:
        return found
    codes = gathered(found.codes, classes)
    absent = [name for name in classes if name not in codes]
    if absent:
        raise BadInput(f"No image shows {', '.join(absent)}; there are: {', '.join(map(str, found.codes.columns))}.")
    return replace(found, codes=codes)


def _corrected(found: FoundFindings, corrections: Corrections) -> FoundFindings:
    """Relabelled images show the findings named (“effusion|nodule”), or none (“no finding”), and no other.

    Raises
    ------
    BadInput
        An image that is not in the data, or a finding that is not in the study.
    """
    known, codes = {key_of(str(name)): name for name in found.codes.columns}, found.codes.copy()
    for image, label in corrections.relabelled.items():
        named = [] if label.casefold() == NO_FINDING else [part.strip() for part in label.split("|")]
        foreign = [part for part in named if key_of(part) not in known]
        if foreign:
            raise BadInput(
                f"corrections.csv says {', '.join(foreign)} of {image}; name {', '.join(map(str, found.codes.columns))}, several "
                f"joined by “|”, or “{NO_FINDING}”."
            )
        if image not in codes.index:
            raise BadInput(f"corrections.csv names an image that is not in the data: {image}.")
        codes.loc[image] = NO
        codes.loc[image, [known[key_of(part)] for part in named]] = YES
    return replace(found, codes=codes)


def _policies(wishes: Wishes) -> dict[str, str]:
    policies = {name: str(wishes.more.get(name) or "left out") for name in POLICIES}
    wrong = [policy for policy in policies.values() if policy not in MEANS]
    if wrong:
        raise BadInput(f"“{wrong[0]}” is no policy for uncertain findings; choose {', '.join(MEANS)}.")
    return policies


def _learnable(found: FoundFindings, policies: Mapping[str, str]) -> tuple[FoundFindings, OneSided]:
    """Without the findings that no image shows, or every one, as the policies read them; and these.

    Raises
    ------
    LabelsDoNotMatch
        There is no other.
    """
    bare = one_sided_in(read_as(found.codes, policies))
    codes = found.codes.drop(columns=bare.names)
    if not len(codes.columns):
        raise LabelsDoNotMatch(f"{' '.join(say(bare))} Add images of the other kind, or count uncertain entries otherwise.")
    return replace(found, codes=codes), bare


def _with_unchosen(
    bare: OneSided, found: FoundFindings, classes: Mapping[str, list[str]] | None, policies: Mapping[str, str]
) -> OneSided:
    """Also those that the specification has left out already, because they can't be learnt."""
    taken = {key_of(value) for values in (classes or {}).values() for value in values}
    unchosen = [name for name in found.codes.columns if classes is not None and key_of(str(name)) not in taken]
    others = one_sided_in(read_as(found.codes[unchosen], policies))
    return OneSided([*bare.never, *others.never], [*bare.always, *others.always])


def _taught(rows: pd.DataFrame) -> tuple[pd.DataFrame, OneSided]:
    """Without the findings of which the training images give one answer only, and without images of which no other is known.

    Raises
    ------
    TooFewImages
        There is no other finding.
    """
    truth = _known(rows)
    bare = one_sided_in(truth[rows["partition"] == "train"])
    if not bare.names:
        return rows, bare
    if len(bare.names) == len(truth.columns):
        raise TooFewImages(f"{' '.join(say(bare, 'training image'))} Add images of the other kind, or name another partition.")
    left = truth.drop(columns=bare.names)
    kept = rows[left.notna().any(axis=1)]
    told = kept["truth"].map(lambda one: {name: value for name, value in one.items() if name in left})
    return kept.assign(truth=told, **{"class": told.map(_shows)}), bare


def _told(known: pd.DataFrame) -> list[dict[str, int | None]]:
    """1, 0 or None by finding of each row."""
    rows = known.to_dict("records")
    return [{str(name): None if np.isnan(value) else int(value) for name, value in row.items()} for row in rows]


def _shows(truth: Mapping[str, int | None]) -> str:
    return FINDING if any(value == YES for value in truth.values()) else NO_FINDING


def _with_truth(found: FoundFindings, policies: Mapping[str, str]) -> pd.DataFrame:
    """Rows of which something is known, with ``truth`` (1, 0 or None by finding), ``class`` and ``stratum``."""
    known = read_as(found.codes, policies)
    known = known[known.notna().any(axis=1)]
    truth = _told(known)
    shows = list(map(_shows, truth))
    rows = found.rows.loc[known.index].drop(columns=[c for c in ("truth", "class", "stratum") if c in found.rows])
    new = {"truth": pd.Series(truth, index=known.index, dtype=object), "class": shows, "stratum": _rarest(known)}
    return rows.assign(**new)


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    """1, 0 or NaN by finding, from the rows' ``truth``."""
    return pd.DataFrame(list(rows["truth"]), index=rows.index, dtype=float)


def _rarest(known: pd.DataFrame) -> list[str]:
    """The rarest finding that an image shows, by which images are dealt out to the partitions."""
    order = known.eq(YES).sum().sort_values(kind="stable").index
    return [next((str(name) for name in order if row[name] == YES), NO_FINDING) for row in known.to_dict("records")]


def _check_numbers(rows: pd.DataFrame, found: FoundFindings, allow_few: bool) -> None:
    groups = _groups_showing(rows, list(found.codes.columns))
    least = LEAST_GROUPS if allow_few else FEWEST_GROUPS
    if not any(number >= least for number in groups.values()):
        counts = ", ".join(f"{name} ({number})" for name, number in groups.items())
        raise TooFewImages(
            f"No finding is shown by at least {least} patients ({counts}): too few to build and judge a model; add images that "
            "show them."
        )


def _groups_showing(rows: pd.DataFrame, names: list[str]) -> dict[str, int]:
    shown = {name: rows["truth"].map(lambda truth, name=name: truth[name] == YES) for name in names}
    return {name: int(rows.loc[inside, "group"].nunique()) for name, inside in shown.items()}


def _facts(
    found: FoundFindings, rows: pd.DataFrame, linked: Linked, split: Split, left_out: dict[str, str], policies: dict[str, str]
) -> CohortFacts:
    names, labels = list(rows["truth"].iloc[0]), [FINDING, NO_FINDING]
    groups = _groups_showing(rows, names)
    few, counted = {name: number for name, number in groups.items() if number < FEW_GROUPS}, _by_partition(rows, names)
    return CohortFacts(
        task=TASK.name,
        classes=names,
        counts=images_by_class(rows, labels),
        groups=groups_by_class(rows, labels),
        group_source=linked.groups.source,
        split_source=split.described,
        left_out=dict(sorted(Counter(left_out.values()).items())),
        details={"findings": counted, "few": few, "policies": policies, "layout": found.layout, "source": found.source},
        assumptions=[
            *_say_few(few),
            *_say_untested(counted),
            *say_policies(found.codes[names], policies),
            *found.said,
            *linked.groups.said,
            *split.said,
        ],
    )


def _with_one_sided(facts: CohortFacts, bare: OneSided, untaught: OneSided) -> CohortFacts:
    """With the findings that can't be learnt, of all images and of those for training."""
    lines = [*say(bare), *say(untaught, "training image")]
    details = {"never": [*bare.never, *untaught.never], "always": [*bare.always, *untaught.always], "not_learnt": lines}
    return facts.model_copy(update={"details": facts.details | details, "assumptions": [*lines, *facts.assumptions]})


def _with_cases(facts: CohortFacts, rows: pd.DataFrame, cases: CasedRows) -> CohortFacts:
    """With what each that gets one answer shows, where that is not each image."""
    if cases.level.by_image:
        return facts
    known = _known(rows)
    shown = Cases.of(list(rows[CASE]), cases.level.rule).shown(known.to_numpy())
    truth = _told(pd.DataFrame(shown, columns=known.columns))
    judged = rows.drop_duplicates(CASE).assign(truth=truth, **{"class": list(map(_shows, truth))})
    told = {
        "level": cases.level,
        "cases": images_by_class(judged, [FINDING, NO_FINDING]),
        "details": facts.details | {"cases": _by_partition(judged, facts.classes)},
        "assumptions": [*cases.said, *facts.assumptions],
    }
    return facts.model_copy(update=told)


def _by_partition(rows: pd.DataFrame, names: list[str]) -> dict[str, dict[str, list[int]]]:
    """Images by finding and partition: yes, no, unknown."""
    counted: dict[str, dict[str, list[int]]] = {}
    for name in names:
        values = rows["truth"].map(lambda truth, name=name: truth[name])
        parts = {part: values[rows["partition"] == part] for part in PARTITIONS}
        counted[name] = {p: [int((v == YES).sum()), int((v == NO).sum()), int(v.isna().sum())] for p, v in parts.items()}
    return counted


def _say_few(few: dict[str, int]) -> list[str]:
    return [f"{name}: only {number} groups show it, too few to judge; its figures are anecdotes." for name, number in few.items()]


def _say_untested(counted: Mapping[str, Mapping[str, list[int]]]) -> list[str]:
    absent = [name for name, parts in counted.items() if not parts["test"][0]]
    return [f"No image of the test part shows {name}: it is learnt, but this study can't judge it." for name in absent]


# ------------------------------------------------------------------ what is looked at
def audit(cohort: Cohort) -> list[AuditFinding]:
    """Findings that hardly occur, that can't be learnt, and those that always come together."""
    details = cohort.facts.details
    found = [
        AuditFinding(topic="rare findings", severity="warning", count=number, text=text)
        for (_, number), text in zip(details["few"].items(), _say_few(details["few"]), strict=True)
    ]
    topic = "findings missing from the test part"
    untested = _say_untested(details["findings"])
    found += [AuditFinding(topic=topic, severity="warning", count=1, text=text) for text in untested]
    topic = "findings that can't be learnt"
    found += [AuditFinding(topic=topic, severity="warning", count=1, text=text) for text in details["not_learnt"]]
    return found + _twins(cohort)


def _twins(cohort: Cohort) -> list[AuditFinding]:
    truth = pd.DataFrame(list(cohort.shown()["truth"]))
    twins = []
    for number, first in enumerate(cohort.classes):
        for second in cohort.classes[number + 1 :]:
            both = truth[[first, second]].dropna()
            if len(both) and both[first].eq(YES).any() and both[first].eq(both[second]).all():
                text = f"{first} and {second} always come together; the model can't tell them apart."
                twins.append(AuditFinding(topic="findings that come together", severity="warning", count=len(both), text=text))
    return twins


def sheet(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    """Images with each finding, and without any."""
    rows = {name: shown["truth"].map(lambda truth, name=name: truth[name] == YES) for name in cohort.classes}
    rows[NO_FINDING] = shown["label"] == NO_FINDING
    return {name: inside for name, inside in rows.items() if inside.any()}


def drawn(cohort: Cohort, image: str) -> np.ndarray:
    """The image as it is."""
    return cohort.read(image)
