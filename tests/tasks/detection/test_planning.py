"""The plan of a detection: which experiments fit, what their cells say, and that partial boxes get a teacher and a student."""

import ast
from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, fitted_to
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.turn import Settings
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.detection.cells import detection_cell
from jupyter_clinagent.tasks.detection.ladder import HEADS, detection_size, make_detection_plan
from tests.agent.surveys import BOXED, WEAK
from tests.agent.test_playbook import REPORT, Clinic, experiments

FIGURE = {"value": 0.81, "low": 0.7, "high": 0.9, "reason": None}
SPEED = SpeedFacts(
    threads=2,
    ms_per_image={"head": {"160x160": 6.0}, "half": {"160x160": 9.0}, "all": {"160x160": 12.0}, "predict": {"160x160": 6.0}},
)
COUNTS = {"finding": {"train": 400, "validation": 90, "test": 90}, "no finding": {"train": 400, "validation": 90, "test": 90}}
COHORT = CohortFacts(
    task="detection",
    classes=["fracture"],
    counts=COUNTS,
    groups=COUNTS,
    group_source="patient_id",
    split_source="by group",
    boxes={"fracture": {"train": 400, "validation": 90, "test": 90}},
)
PARTLY = COHORT.model_copy(update={"supervision": "weak", "unboxed": 380})
LARGER = BOXED.model_copy(update={"median_box": 0.15})
FEW_NEGATIVES = COHORT.model_copy(update={"groups": {**COUNTS, "no finding": {"train": 15, "validation": 3, "test": 4}}})
EVALUATION = {
    "kind": "evaluation",
    "experiment": "student with CAM-ranked pseudo-boxes",
    "primary_metric": "map50",
    "validation": {"map50": FIGURE},
    "test": {"map50": FIGURE, "map": FIGURE, "froc_0.5": FIGURE, "froc_1": FIGURE, "froc_2": FIGURE, "auroc": FIGURE},
    "unsealed": 1,
}

DETAILS = {
    "model": {"trainable": "heads"},
    "data": {"preprocessing": {"size": [160, 160]}, "negatives": 0.5, "train_transform": {}, "pseudo_boxes": None},
}


class BoxClinic(Clinic):
    """Every experiment ends after a minute with a detector; ``details`` may say more of its recipe."""

    def _trained(self, source: str) -> dict[str, Any]:
        before = self.elapsed
        facts = super()._trained(source) | {"metric": "map50"}
        self.elapsed = before + 60
        given = self.answers.get("details", {})
        return facts | {"details": {part: DETAILS[part] | given.get(part, {}) for part in DETAILS}}


def specification(survey: SurveyFacts, minutes: float = 10) -> Specification:
    drafted = draft(read_request("Find the fractures"), survey, {})
    assert isinstance(drafted, Draft)
    return drafted.specification.model_copy(update={"minutes": minutes})


def planned(cohort: CohortFacts, minutes: float = 10, survey: SurveyFacts = BOXED) -> tuple[Plan, list[str]]:
    plan, rungs = make_detection_plan(specification(survey, minutes), cohort, SPEED, 0.5)
    return plan, [rung.method for rung in rungs]


@pytest.mark.parametrize(
    ("cohort", "minutes", "methods"),
    [
        (COHORT, 10, ["heads", "all", "negatives"]),
        (COHORT, 1, ["heads"]),
        (FEW_NEGATIVES, 10, ["heads", "all"]),
        (PARTLY, 10, ["heads", "teacher", "student", "second", "negatives"]),
        (PARTLY, 1, ["heads", "teacher", "student"]),
    ],
)
def test_a_plan_holds_what_fits_and_partial_boxes_always_get_a_student(
    cohort: CohortFacts, minutes: float, methods: list[str]
) -> None:
    plan, found = planned(cohort, minutes)
    assert found == methods
    assert plan.minutes == pytest.approx(sum(step.minutes for step in plan.steps), abs=0.05)
    assert plan.minutes <= minutes


def test_the_cells_of_a_plan_are_python_and_hand_on_what_the_next_one_needs() -> None:
    _, rungs = make_detection_plan(specification(WEAK), PARTLY, SPEED, 0.5)
    source = "\n".join(detection_cell(n, rung, 1.0, specification(BOXED), (160, 160)) for n, rung in enumerate(rungs, 1))
    known = {"cohort", "study", "run"}
    for statement in ast.parse(source).body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        assert {node.id for node in names if isinstance(node.ctx, ast.Load)} <= known | stored
        known |= stored | {alias.name for alias in getattr(statement, "names", [])}
    assert "rank_pseudo_boxes(teacher, classifier, data)" in source
    assert source.count("negatives=0.5") == 3


def test_labels_that_hardly_ever_say_no_finding_rank_no_boxes() -> None:
    few = PARTLY.model_copy(update={"groups": FEW_NEGATIVES.groups})
    _, rungs = make_detection_plan(specification(WEAK), few, SPEED, 0.5)
    assert [rung.name for rung in rungs][2] == "student with pseudo-boxes"
    sources = [detection_cell(n, rung, 1.0, specification(BOXED), (160, 160)) for n, rung in enumerate(rungs, 1)]
    assert "classifier = None" in sources[1]
    assert "model.classifier" not in "".join(sources)


def test_feature_maps_of_many_large_images_are_computed_of_fewer_views() -> None:
    slow = SPEED.model_copy(update={"ms_per_image": {part: {"256x384": 40.0} for part in ("head", "half", "all", "predict")}})
    for speed, said in ((slow, "FindingDetector(cohort.classes, views=1)"), (SPEED, "FindingDetector(cohort.classes)")):
        _, rungs = make_detection_plan(specification(BOXED, 10), FEW_NEGATIVES, speed, 0.5)
        assert said in detection_cell(1, rungs[0], 1.0, specification(BOXED), (256, 384))


@pytest.mark.parametrize(
    ("survey", "minutes", "size", "window"),
    [
        (WEAK, 10, (128, 128), None),  # no larger than the images
        (BOXED, 10, (384, 512), (128, 128)),  # small boxes on large images
        (BOXED, 2, (288, 384), (128, 128)),  # and less time
        (BOXED, 0.5, (96, 160), None),  # and none
        (BOXED.model_copy(update={"supervision": "weak"}), 10, (384, 512), (128, 128)),  # whether all are boxed or few
        (BOXED.model_copy(update={"median_box": 0.3}), 10, (96, 160), None),  # boxes that are large enough anyway
    ],
)
def test_the_working_size_suits_the_boxes_the_images_and_the_time(
    survey: SurveyFacts, minutes: float, size: tuple[int, int], window: tuple[int, int] | None
) -> None:
    assert detection_size(survey, minutes) == (size, window)


def test_small_findings_are_learnt_from_windows_of_the_images() -> None:
    plan, rungs = make_detection_plan(specification(BOXED), FEW_NEGATIVES, SPEED, 0.5, (128, 128))
    assert [rung.method for rung in rungs] == ["windows"]
    assert "windows of 128 × 128 pixels" in plan.note
    source = detection_cell(1, rungs[0], 1.0, specification(BOXED), (288, 384))
    ast.parse(source)
    assert "size, window = (288, 384), (128, 128)" in source
    assert "BoxDataModule(cohort, size=size, window=window" in source
    assert 'FindingDetector(cohort.classes, trainable="all")' in source


def test_few_boxes_around_small_findings_teach_in_windows_and_scores_rank_the_others() -> None:
    partly = FEW_NEGATIVES.model_copy(update={"supervision": "weak"})
    _, rungs = make_detection_plan(specification(BOXED), partly, SPEED, 0.5, (128, 128))
    sources = [detection_cell(n, rung, 1.0, specification(BOXED), (288, 384)) for n, rung in enumerate(rungs, 1)]
    for source in sources:
        ast.parse(source)
        assert "window=window" in source
    assert "classifier = None" in sources[0]
    assert "rank_pseudo_boxes(teacher, classifier, data)" in sources[1]
    assert "rank_pseudo_boxes(model, classifier, data)" in sources[2]


def test_a_detector_that_learnt_from_windows_goes_on_with_them() -> None:
    asked = clinic(BOXED, FEW_NEGATIVES, details={"data": {"preprocessing": {"size": [288, 384]}, "window": [128, 128]}})
    asked.ask("Find the fractures on these radiographs")
    _, sources = later(asked, "Keep going for 10 minutes")
    assert "BoxDataModule(cohort, size=(288, 384)" in sources[0]
    assert "window=(128, 128)" in sources[0]
    assert "augment.radiograph_boxes((128, 128))" in sources[0]


def clinic(survey: SurveyFacts, cohort: CohortFacts, **answers: Any) -> BoxClinic:
    facts = {"load_cohort": cohort, "measure_speed": SPEED}
    cells: dict[str, Any] = {words: {"status": "ok", "facts": [f.model_dump(mode="json")]} for words, f in facts.items()}
    cells |= {"study.unseal": {"status": "ok", "facts": [EVALUATION]}, "study.report": {"status": "ok", "facts": [REPORT]}}
    return BoxClinic(survey, cells=cells, **answers)


def test_partial_boxes_lead_from_one_sentence_to_a_student_and_are_said_on_the_card() -> None:
    asked = clinic(WEAK, PARTLY)
    message = asked.ask("Find the fractures")
    assert asked.status == "done"
    load = next(s for s in asked.sources if "load_cohort" in s)
    assert "task='detection'" in load
    assert "label='fracture'" in load
    trained = [s for s in asked.sources if "study.experiment" in s]
    assert ["student" in s for s in trained][:3] == [False, False, True]
    card = next(c["args"] for c in asked.calls if c["name"] == "propose_specification")
    assert card["specification"]["supervision"] == "weak"
    assert "Boxes are partial: 900 images" in card["body"]
    assert "0.5, 1 and 2 false alarms per image" in card["body"]
    assert "Sensitivity at 1 false alarm per image: 0.810 (95 % interval 0.700 to 0.900)" in message


def test_all_boxes_lead_to_heads_on_a_tuned_backbone_first() -> None:
    asked = clinic(LARGER, COHORT)
    asked.ask("Find the fractures on these radiographs")
    assert asked.status == "done"
    trained = [s for s in asked.sources if "study.experiment" in s]
    assert "FindingDetector(cohort.classes)" in trained[0]
    assert not any("pseudo_boxes(" in s for s in trained)


def test_the_specification_says_what_the_loaded_cohort_turned_out_to_be() -> None:
    drafted = draft(read_request("Find the fractures"), BOXED, {})
    assert isinstance(drafted, Draft)
    cohort = PARTLY.model_copy(update={"split_source": "published (split)"})
    spec = fitted_to(drafted, cohort).specification
    assert (spec.supervision, spec.split_column) == ("weak", "split")
    assert fitted_to(drafted, COHORT).specification.split_column is None


def test_boxes_of_something_else_end_the_turn_before_anything_is_loaded() -> None:
    asked = clinic(BOXED, COHORT)
    message = asked.ask("Draw boxes around the melanomas")
    assert asked.status == "bad_input"
    assert "only boxes of “fracture”" in message
    assert not any("load_cohort" in s for s in asked.sources)


# ------------------------------------------------------------------ words after the study, and time that is left
def later(asked: Clinic, words: str) -> tuple[str, list[str]]:
    """What is said, and the cells that come, after a finished study."""
    before = len(asked.sources)
    message = asked.ask(words)
    return message, asked.sources[before:]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Keep going for 10 minutes", "finer images"),
        ("noch 10 Minuten bitte", "finer images"),
        ("weiter trainieren", "finer images"),
        ("Find more fractures", "finer images"),
        ("it misses too many", "finer images"),
        ("Finde mehr Frakturen", "finer images"),
        ("fewer false alarms, please", "two negatives for each positive"),
        ("Zu viele Fehlalarme!", "two negatives for each positive"),
    ],
)
def test_words_after_a_detection_train_on_from_the_best_detector_without_a_second_opening(words: str, first: str) -> None:
    asked = clinic(LARGER, COHORT, details={"model": {"trainable": "heads"}})
    asked.settings = Settings(study_folder="s", data="d", minutes=1)  # heads only, and no time to refine
    asked.ask("Find the fractures on these radiographs")
    message, sources = later(asked, words)
    trained = [source for source in sources if "study.experiment" in source]
    assert f"study.experiment({first!r}" in trained[0]
    assert "start=study.model()" in trained[0]
    assert not any("unseal" in source for source in sources)
    assert "was not asked again" in message
    assert asked.status == "done"


def test_finer_images_get_anchors_of_their_own_and_more_negatives_their_share() -> None:
    asked = clinic(LARGER, COHORT)
    asked.ask("Find the fractures on these radiographs")
    _, finer = later(asked, "find more fractures")
    assert "radiograph_boxes((256, 256))" in finer[0]
    assert "new_anchors=True" in finer[0]
    _, specific = later(asked, "fewer false alarms")
    assert "negatives=0.667" in specific[0]


def test_where_boxes_are_partial_they_are_ranked_anew_by_the_best_detector() -> None:
    asked = clinic(WEAK, PARTLY, details={"data": {"pseudo_boxes": "abc"}, "model": {"trainable": "all"}})
    asked.settings = Settings(study_folder="s", data="d", minutes=2)
    asked.ask("Find the fractures")
    _, sources = later(asked, "find more")
    assert "rank_pseudo_boxes(study.model(), classifier, data)" in sources[0]
    assert "pseudo_boxes=data.pseudo_boxes" in sources[0]


def test_time_that_the_ladder_of_a_detection_leaves_is_used_before_the_test_set_is_opened() -> None:
    asked = clinic(LARGER, COHORT)
    asked.settings = Settings(study_folder="s", data="d", minutes=15)
    asked.ask("Find the fractures on these radiographs")
    names = experiments(asked)
    assert names[-1] == "finer images"
    assert len(names) == len(set(names))
    assert "unseal" in asked.sources[-3]


def test_refinement_of_a_detection_ends_after_three_discarded_in_a_row() -> None:
    discarded = {"every layer free": {"kept": False}, "finer images": {"kept": False}, "longer training": {"kept": False}}
    asked = clinic(LARGER, FEW_NEGATIVES, verdicts={HEADS.name: {"best_at": 1.0}, **discarded})
    asked.settings = Settings(study_folder="s", data="d", minutes=1)
    asked.ask("Find the fractures on these radiographs")
    _, sources = later(asked, "keep going for half an hour")
    assert sum("study.experiment" in source for source in sources) == 3


def test_what_a_detector_cannot_do_after_its_study_is_said() -> None:
    asked = clinic(LARGER, COHORT)
    asked.ask("Find the fractures on these radiographs")
    assert "can't be measured" in later(asked, "it looks at the ruler")[0]
    assert later(asked, "rare classes matter more")[1] == []
    assert "study.new_threshold('sensitivity', 0.95, positive='fracture')" in later(asked, "use 95 % sensitivity")[1][0]
