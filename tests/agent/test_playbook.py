"""The order of a study, step by step: what the playbook does next after each answer of a kernel or a clinician.

No kernel runs here: the answers are the facts that cells of a real study show.
"""

import ast
import re
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from jupyter_clinagent.agent.playbook.model import PlaybookChatModel
from jupyter_clinagent.agent.playbook.refinement import Signs, next_experiment
from jupyter_clinagent.agent.playbook.turn import Settings, fold, with_settings, words_of
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.classification import cells as ladder_cells
from jupyter_clinagent.tasks.classification.ideas import CATALOGUE
from jupyter_clinagent.tasks.classification.ladder import make_plan, working_size
from tests.agent.surveys import CHEST, DERMOSCOPY, DRAINS, MASKED_DRAINS, TWO_LABELS

FIGURE = {"value": 0.93, "low": 0.9, "high": 0.95, "reason": None}
COHORT = {
    "kind": "cohort",
    "task": "classification",
    "classes": ["mel", "nv"],
    "counts": {"mel": {"train": 700, "validation": 150, "test": 150}, "nv": {"train": 4000, "validation": 900, "test": 900}},
    "groups": {},
    "group_source": "lesion_id",
    "split_source": "by group",
}
SPEED = {
    "kind": "speed",
    "threads": 2,
    "ms_per_image": {"head": {"128x96": 4.0}, "half": {"128x96": 10.0}, "all": {"128x96": 14.0}, "predict": {"128x96": 4.0}},
}
EVALUATION = {
    "kind": "evaluation",
    "experiment": "full fine-tuning",
    "primary_metric": "auroc",
    "validation": {"auroc": FIGURE},
    "test": {"auroc": FIGURE},
    "unsealed": 1,
    "operating_point": {
        "rule": "sensitivity",
        "target": 0.95,
        "positive_class": "mel",
        "threshold": 0.2,
        "validation": {},
        "test": {"sensitivity": FIGURE, "specificity": FIGURE},
        "target_in_interval": True,
    },
}
REPORT = {
    "kind": "report",
    "report": "/x/report.html",
    "summary": "/x/summary.json",
    "model": "/x/model",
    "predictions": "/x/p.csv",
}


class Clinic:
    """Answers the playbook's tool calls as a kernel and a clinician would; keeps the conversation."""

    def __init__(self, survey: SurveyFacts = DERMOSCOPY, settings: Settings | None = None, **answers: Any) -> None:
        self.survey, self.answers = survey, answers
        self.settings = settings or Settings(study_folder="s-study", data="data", minutes=16)
        self.messages: list[BaseMessage] = []
        self.calls: list[dict[str, Any]] = []
        self.elapsed = 0.0

    def ask(self, request: str) -> str:
        self.messages.append(HumanMessage(with_settings(request, self.settings)))
        self.elapsed = 0.0
        for _ in range(60):
            message = PlaybookChatModel().invoke(self.messages)
            assert isinstance(message, AIMessage)
            self.messages.append(message)
            call = message.tool_calls[0]
            self.calls.append(call)
            artifact = self._answer(call)
            self.elapsed += 5.0
            self.messages.append(ToolMessage("…", tool_call_id=call["id"], artifact={"elapsed": self.elapsed, **artifact}))
            if call["name"] == "finish":
                return str(call["args"]["message"])
        raise AssertionError("the playbook never finished")

    @property
    def status(self) -> str:
        return str(self.calls[-1]["args"]["status"])

    @property
    def sources(self) -> list[str]:
        return [c["args"]["source"] for c in self.calls if c["name"] == "add_and_run"]

    def _answer(self, call: dict[str, Any]) -> dict[str, Any]:
        name, arguments = call["name"], call["args"]
        if name == "ask_clinician":
            return {"status": "ok", "key": arguments["key"], "answer": self.answers.get(arguments["key"], arguments["default"])}
        if name in ("propose_specification", "propose_plan"):
            waiting = self.answers.get(name, [])
            return {"status": "ok", **(waiting.pop(0) if waiting else {"choice": "Approve", "text": ""})}
        if name == "add_and_run":
            return self._run(arguments["source"])
        return {"status": "ok"}

    def _run(self, source: str) -> dict[str, Any]:
        ast.parse(source)  # every cell is Python
        for words, answer in self.answers.get("cells", {}).items():
            if words in source:
                return answer
        if "study.experiment" in source:
            return {"status": "ok", "facts": [self._trained(source)]}
        facts = {
            "study.survey()": self.survey.model_dump(mode="json"),
            "study.load_cohort": COHORT,
            "study.audit": {"kind": "audit", "findings": self.answers.get("findings", [])},
            "measure_speed": SPEED,
            "study.unseal": EVALUATION,
            "study.report": REPORT,
            "new_threshold": EVALUATION,
        }
        return {"status": "ok", "facts": [f for words, f in facts.items() if words in source]}

    def _trained(self, source: str) -> dict[str, Any]:
        """An experiment takes the minutes it is given; ``verdicts`` says by name whether it is kept and where it was best."""
        name, minutes = re.search(r"experiment\('(.*?)'(?:.*minutes=([\d.]+)\))?", source).groups()  # type: ignore[union-attr]
        self.elapsed += 60 * float(minutes or 0)
        verdict = {"kept": True, "best_at": 0.75} | self.answers.get("verdicts", {}).get(name, {})
        return EXPERIMENT | {"name": name, "steps": 300 if minutes else 0} | verdict


EXPERIMENT = {
    "kind": "experiment",
    "hypothesis": "",
    "metric": "auroc",
    "value": 0.93,
    "low": 0.9,
    "high": 0.95,
    "reason": "It is better.",
    "seconds": 1.0,
    "steps": 300,
    "epochs": 1.0,
    "details": {
        "model": {"trainable": "all"},
        "data": {"preprocessing": {"size": [128, 96]}, "balance": 0.5, "train_transform": {"strength": 1.0}},
    },
}

RELIANCE = {
    "confounder": "drain",
    "model": {"experiment": "drain transplant", "reliance": {**FIGURE, "value": 0.08}, "auroc_without": FIGURE},
    "erm": {"experiment": "full fine-tuning", "reliance": {**FIGURE, "value": 0.31}, "auroc_without": FIGURE},
}

REQUEST = "Separate melanoma from nevus. Missing a melanoma is worse than a false alarm"


def order(clinic: Clinic) -> list[str]:
    marks = ("survey", "load_cohort", "audit", "measure_speed", "confirm", "unseal", "explain", "report()")
    names = [re.findall(r"study.experiment\('(.*?)'", source) for source in clinic.sources]
    steps = [[mark for mark in marks if f"study.{mark}" in source] for source in clinic.sources]
    return [step for name, step_ in zip(names, steps, strict=True) for step in name or step_]


def test_a_study_goes_from_the_data_to_the_report_in_the_promised_order() -> None:
    clinic = Clinic()
    message = clinic.ask(REQUEST)
    assert order(clinic) == [
        "survey",
        "load_cohort",
        "audit",
        "measure_speed",
        "confirm",
        "linear probe",
        "half-frozen tuning",
        "full fine-tuning",
        "both asked together",
        "unseal",
        "explain",
        "report()",
    ]
    names = [c["name"] for c in clinic.calls]
    assert names.index("propose_specification") < names.index("propose_plan")
    assert clinic.status == "done"
    assert "0.930 (95 % interval 0.900 to 0.950)" in message
    assert "once" in message
    assert "not a medical device" in message


def test_nothing_is_trained_before_both_cards_are_approved() -> None:
    for card in ("propose_specification", "propose_plan"):
        clinic = Clinic(**{card: [{"choice": "Reject", "text": ""}]})
        clinic.ask(REQUEST)
        assert clinic.status == "rejected"
        assert not any("study.experiment" in s for s in clinic.sources)


def test_a_change_of_the_threshold_gives_a_new_card_and_only_the_new_specification_is_confirmed() -> None:
    clinic = Clinic(propose_specification=[{"choice": "Change", "text": "use 90 % sensitivity"}])
    clinic.ask(REQUEST)
    cards = [c["args"]["specification"] for c in clinic.calls if c["name"] == "propose_specification"]
    assert [c["operating_point"]["target"] for c in cards] == [0.95, 0.9]
    confirmed = [s for s in clinic.sources if "study.confirm" in s]
    assert len(confirmed) == 1
    assert "target=0.9" in confirmed[0]
    assert sum("load_cohort" in s for s in clinic.sources) == 1  # the data need not be loaded again


def test_the_classes_that_must_not_be_missed_are_in_the_cell_and_a_change_names_them_anew() -> None:
    clinic = Clinic(propose_specification=[{"choice": "Change", "text": "missing a vascular lesion is worse"}])
    clinic.ask("Classify these images into their diagnoses; missing melanoma or bcc is worse")
    cards = [c["args"]["specification"] for c in clinic.calls if c["name"] == "propose_specification"]
    assert [c["operating_point"]["positive_class"] for c in cards] == [["mel", "bcc"], "vasc"]
    clinic = Clinic()
    clinic.ask("Classify these images into their diagnoses; missing melanoma or bcc is worse")
    assert any("positive_class=['mel', 'bcc'])" in source for source in clinic.sources)


def test_a_change_of_the_classes_loads_the_cohort_again() -> None:
    clinic = Clinic(propose_specification=[{"choice": "Change", "text": "melanoma versus everything else"}])
    clinic.ask(REQUEST)
    loads = [s for s in clinic.sources if "load_cohort" in s]
    assert len(loads) == 2
    assert "'rest'" in loads[1]


def test_a_change_that_says_nothing_readable_ends_the_turn_instead_of_looping() -> None:
    clinic = Clinic(propose_specification=[{"choice": "Change", "text": "hmm"}] * 5)
    message = clinic.ask(REQUEST)
    assert clinic.status == "rejected"
    assert "hmm" in message


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("TooFewImages", "bad_input"),
        ("LabelsDoNotMatch", "bad_input"),
        ("OutOfScope", "refused"),
        ("MemoryError", "failed"),
        ("ValueError", "failed"),
    ],
)
def test_a_cell_that_fails_ends_the_turn_and_nothing_runs_on(error: str, status: str) -> None:
    clinic = Clinic(cells={"load_cohort": {"status": "error", "error": [error, "what to do"], "facts": []}})
    message = clinic.ask(REQUEST)
    assert clinic.status == status
    assert "what to do" in message
    assert order(clinic) == ["survey", "load_cohort"]


def test_an_interrupted_cell_is_said_to_be_stopped() -> None:
    clinic = Clinic(cells={"linear probe": {"status": "interrupted", "error": ["KeyboardInterrupt", ""], "facts": []}})
    clinic.ask(REQUEST)
    assert clinic.status == "stopped"


def test_without_a_data_folder_the_clinician_is_asked_for_it() -> None:
    clinic = Clinic(settings=Settings(study_folder="s"), data="../pictures")
    clinic.ask(REQUEST)
    assert clinic.calls[0]["name"] == "ask_clinician"
    assert "data='../pictures'" in clinic.sources[0]
    empty = Clinic(settings=Settings(study_folder="s"), data="")
    empty.ask(REQUEST)
    assert empty.status == "bad_input"


def test_the_minutes_of_the_request_count_where_no_option_names_any() -> None:
    clinic = Clinic(settings=Settings(study_folder="s", data="d"))
    clinic.ask(REQUEST + ". You have 7 minutes")
    assert "minutes=7" in clinic.sources[0]


def test_two_plausible_labels_are_asked_about_before_anything_is_loaded() -> None:
    clinic = Clinic(
        TWO_LABELS, label="reader_2", cells={"load_cohort": {"status": "error", "error": ["BadInput", "enough"], "facts": []}}
    )
    clinic.ask("normal or covid on chest x-rays")
    assert [c["name"] for c in clinic.calls[:3]] == ["add_and_run", "ask_clinician", "add_and_run"]
    assert "label='reader_2'" in clinic.sources[1]


def test_too_few_cases_are_said_first_and_asked() -> None:
    few = {"load_cohort": {"status": "ok", "facts": [COHORT | {"too_few": {"mel": 6}}]}}
    stopped = Clinic(cells=few, few="stop")
    stopped.ask(REQUEST)
    assert stopped.status == "rejected"
    assert "6 of mel" in next(c["args"]["question"] for c in stopped.calls if c["name"] == "ask_clinician")
    assert not any("study.audit" in s for s in stopped.sources)
    gone_on = Clinic(cells=few)
    gone_on.ask(REQUEST)
    assert gone_on.status == "done"


@pytest.mark.parametrize("request_text", ["What is the weather in Bern?", "Tell me a joke", "Book a flight", ""])
def test_what_is_unrelated_is_answered_with_what_can_be_done(request_text: str) -> None:
    clinic = Clinic()
    message = clinic.ask(request_text)
    assert clinic.status == "refused"
    assert "dermoscopy" in message
    assert clinic.sources == []


def test_after_a_study_another_threshold_is_post_hoc_and_nothing_is_trained_again() -> None:
    clinic = Clinic()
    clinic.ask(REQUEST)
    before = len(clinic.sources)
    message = clinic.ask("Use 90 % sensitivity instead")
    assert clinic.sources[before:] == [
        "# Another threshold on the stored scores (post hoc)\nstudy.new_threshold('sensitivity', 0.9)"
    ]
    assert "post hoc" in message


def test_after_a_study_the_worst_misses_are_shown_and_small_talk_is_answered() -> None:
    clinic = Clinic()
    clinic.ask(REQUEST)
    clinic.ask("Show me the worst misses")
    assert "study.explain" in clinic.sources[-1]
    clinic.ask("thanks")
    assert clinic.status == "answered"


def test_the_same_conversation_gives_the_same_call_so_that_a_turn_can_go_on_in_another_process() -> None:
    clinic = Clinic()
    clinic.ask(REQUEST)
    for end in range(1, len(clinic.messages), 2):
        first, second = (PlaybookChatModel().invoke(clinic.messages[:end]) for _ in range(2))
        assert first == second == clinic.messages[end]


async def test_the_playbook_streams_its_words_and_then_its_call() -> None:
    chunks = [c async for c in PlaybookChatModel().astream([HumanMessage(with_settings(REQUEST, Settings("s", "d")))])]
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    assert "look at the data" in str(whole.content)
    assert whole.tool_calls[0]["name"] == "add_and_run"


def test_settings_travel_with_the_request_and_stay_out_of_its_words() -> None:
    message = with_settings("melanoma <b>", Settings("s", data="ä/ö", minutes=3.5))
    assert words_of(message) == "melanoma <b>"
    assert fold([HumanMessage(message)]).settings == Settings("s", data="ä/ö", minutes=3.5)


# ------------------------------------------------------------------ the plan
def plan(minutes: float, used: float = 1.0, survey: SurveyFacts = DERMOSCOPY, slower: float = 1.0) -> Any:
    spec = Specification(
        title="t",
        request="r",
        task="classification",
        objective="o",
        classes={"mel": ["mel"], "nv": ["nv"]},
        primary_metric="auroc",
        minutes=minutes,
    )
    speed = SpeedFacts(
        threads=2, ms_per_image={k: {s: v * slower for s, v in sizes.items()} for k, sizes in SPEED["ms_per_image"].items()}
    )
    return make_plan(spec, CohortFacts.model_validate(COHORT), speed, used)


def test_a_plan_spends_what_is_left_and_keeps_time_for_the_end() -> None:
    whole, _ = plan(10)
    assert 6 < whole.minutes < 8  # 1 used, about 1.4 for judging the experiments, 0.9 for the end
    assert whole.minutes == pytest.approx(sum(s.minutes for s in whole.steps), abs=0.05)


def test_a_short_budget_or_a_slow_machine_leaves_out_the_rung_that_would_see_too_little() -> None:
    assert [r.name for r in plan(16)[1]] == ["linear probe", "half-frozen tuning", "full fine-tuning", "both asked together"]
    twins = ["linear probe", "half-frozen tuning", "half-frozen tuning, drawn anew", "both asked together"]
    assert [r.name for r in plan(12)[1]] == twins
    assert [r.trainable for r in plan(2)[1]] == ["head", "half"]
    assert [r.trainable for r in plan(4, slower=0.3)[1]] == ["head", "half"]  # fast, but no time to ask two models
    assert [r.trainable for r in plan(10, slower=8)[1]] == ["head", "half"]


def test_the_second_of_two_models_begins_where_the_first_did_and_draws_anew() -> None:
    spec = Specification(title="t", request="r", task="classification", objective="o", classes={}, primary_metric="auroc")
    sources = [ladder_cells.experiment(n, rung, 1.0, spec, (128, 96)) for n, rung in enumerate(plan(12)[1], 1)]
    assert "start=study.model('linear probe')" in sources[2]
    assert "run.fit(model, data, draw=1)" in sources[2]
    assert "Ensemble(study.models('half-frozen tuning', 'half-frozen tuning, drawn anew'))" in sources[3]


def test_an_overspent_budget_still_gives_every_rung_a_moment() -> None:
    assert all(s.minutes > 0 for s in plan(1, used=5)[0].steps)


@pytest.mark.parametrize(("survey", "size"), [(DERMOSCOPY, (128, 96)), (CHEST, (128, 128)), (TWO_LABELS, (128, 128))])
def test_images_are_worked_on_in_their_own_proportions(survey: SurveyFacts, size: tuple[int, int]) -> None:
    assert working_size(survey) == size


# ------------------------------------------------------------------ shortcuts
def test_a_model_is_freed_from_a_shortcut_after_it_was_trained_plainly_and_both_are_told_of() -> None:
    evaluation = {**EVALUATION, "reliance": [RELIANCE]}
    clinic = Clinic(MASKED_DRAINS, cells={"study.unseal": {"status": "ok", "facts": [evaluation]}})
    said = clinic.ask("Classify pneumothorax, it must not rely on the chest drain")
    experiments = [source for source in clinic.sources if "study.experiment" in source]
    assert ["transplant" in source for source in experiments] == [False] * (len(experiments) - 1) + [True]
    assert "debiasing.transplant(cohort, 'drain', augment.radiograph(size))" in experiments[-1]
    assert "start=model" in experiments[-1]
    assert "confounders=['drain']" in next(source for source in clinic.sources if "study.confirm" in source)
    assert "0.080" in said
    assert "0.310" in said


def test_without_masks_drawn_shapes_and_balanced_sampling_are_used() -> None:
    clinic = Clinic(DRAINS)
    clinic.ask("Classify pneumothorax, it must not rely on the chest drain")
    last = [source for source in clinic.sources if "study.experiment" in source][-1]
    assert "debiasing.paste(cohort, 'drain', augment.radiograph(size), shape='tube')" in last
    assert "sampling=debiasing.GroupBalanced(cohort, 'drain')" in last


# ------------------------------------------------------------------ refinement
FEW = COHORT | {
    "counts": {"mel": {"train": 200, "validation": 50, "test": 50}, "nv": {"train": 400, "validation": 50, "test": 50}}
}


def experiments(clinic: Clinic) -> list[str]:
    return [re.search(r"experiment\('(.*?)'", source)[1] for source in clinic.sources if "study.experiment" in source]  # type: ignore[index]


class EarlyClinic(Clinic):
    """Every experiment ends after a minute, whatever it was given."""

    def _trained(self, source: str) -> dict[str, Any]:
        before = self.elapsed
        facts = super()._trained(source)
        self.elapsed = before + 60
        return facts


def early(**answers: Any) -> EarlyClinic:
    quick = {"study.load_cohort": {"status": "ok", "facts": [FEW]}}
    return EarlyClinic(settings=Settings(study_folder="s-study", data="data", minutes=30), cells=quick, **answers)


def test_time_that_the_ladder_leaves_is_used_for_what_the_results_suggest() -> None:
    clinic = early(verdicts={"full fine-tuning": {"best_at": 1.0}})
    clinic.ask(REQUEST)
    assert "longer training" in experiments(clinic)
    assert "start=study.model(), learning_rate=0.0003" in next(s for s in clinic.sources if "longer training" in s)


def test_a_model_that_memorises_gets_stronger_augmentation() -> None:
    clinic = early(verdicts={"full fine-tuning": {"best_at": 0.25, "kept": False}})
    clinic.ask(REQUEST)
    assert "stronger augmentation" in experiments(clinic)
    assert "strength=1.8" in next(s for s in clinic.sources if "stronger augmentation" in s)


def test_nothing_is_tried_twice_and_refinement_ends() -> None:
    clinic = early(verdicts={"full fine-tuning": {"best_at": 1.0}})
    clinic.ask(REQUEST)
    assert len(experiments(clinic)) == len(set(experiments(clinic)))
    assert clinic.status == "done"


def test_refinement_ends_after_three_discarded_in_a_row() -> None:
    done = [ExperimentFacts.model_validate(EXPERIMENT | {"name": str(k), "kept": k == 0, "best_at": 0.2}) for k in range(4)]
    facts = (DERMOSCOPY, CohortFacts.model_validate(FEW), SpeedFacts.model_validate(SPEED))
    assert next_experiment(Signs(*facts, done[:3], 20.0), 1, CATALOGUE) is not None
    assert next_experiment(Signs(*facts, done, 20.0), 1, CATALOGUE) is None
    assert next_experiment(Signs(*facts, done[:3], 0.1), 1, CATALOGUE) is None


def test_rare_classes_are_drawn_as_often_where_they_are_drowned() -> None:
    counts = {name: {"train": count, "validation": 200, "test": 200} for name, count in (("a", 900), ("b", 300), ("c", 20))}
    drowned = FEW | {"classes": ["a", "b", "c"], "counts": counts}
    done = [ExperimentFacts.model_validate(EXPERIMENT | {"name": "full fine-tuning", "kept": True, "best_at": 0.75})]
    signs = Signs(DERMOSCOPY, CohortFacts.model_validate(drowned), SpeedFacts.model_validate(SPEED), done, 5.0)
    chosen = next_experiment(signs, 0, CATALOGUE)
    assert chosen is not None
    assert chosen.setup.balance == 1.0


# ------------------------------------------------------------------ words after the study
def test_keep_going_trains_on_and_does_not_open_the_test_set_again() -> None:
    clinic = early(verdicts={"full fine-tuning": {"best_at": 1.0}, "finer images": {"kept": False}})
    clinic.settings = Settings(study_folder="s-study", data="data", minutes=4.0)
    clinic.ask(REQUEST)
    first = len(clinic.sources)
    message = clinic.ask("Keep going for 10 minutes")
    added = clinic.sources[first:]
    assert any("study.experiment" in source for source in added)
    assert not any("unseal" in source for source in added)
    assert "on validation" in message
    assert clinic.status == "done"


def test_rare_classes_matter_more_starts_that_experiment() -> None:
    clinic = Clinic()
    clinic.ask(REQUEST)
    first = len(clinic.sources)
    clinic.ask("The rare classes matter more")
    assert "balance=1)" in clinic.sources[first]
    assert "rare classes as often" in clinic.sources[first]


def test_it_looks_at_the_drain_frees_the_model_and_does_not_open_the_test_set_again() -> None:
    clinic = Clinic(MASKED_DRAINS)
    clinic.ask("Find pneumothorax on chest x-rays")
    before = len(clinic.sources)
    clinic.ask("it looks at the drain")
    later = clinic.sources[before:]
    assert "debiasing.transplant(cohort, 'drain'" in later[0]
    assert not any("unseal" in source for source in later)


def test_a_shortcut_that_the_data_know_nothing_of_is_answered_in_words() -> None:
    clinic = Clinic(DRAINS)
    clinic.ask("Find pneumothorax on chest x-rays")
    before = len(clinic.sources)
    assert "No column says" in clinic.ask("it looks at the pacemaker")
    assert len(clinic.sources) == before
