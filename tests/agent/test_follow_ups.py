"""Words between turns: each starts the right next experiment or re-evaluation, and none opens the test set again."""

from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.turn import Settings
from jupyter_clinagent.facts import SurveyFacts
from tests.agent.surveys import DERMOSCOPY, MASKED_DRAINS, RULERS
from tests.agent.test_playbook import COHORT, EXPERIMENT, REQUEST, Clinic

CHEST = "Find pneumothorax on chest x-rays"
SEVEN = "Classify these dermoscopy images into their diagnoses"
MORE = "study.experiment('longer training'"
RARE = "study.experiment('rare classes as often as common ones'"
RULER = "debiasing.paste(cohort, 'ruler'"
DRAIN = "debiasing.transplant(cohort, 'drain'"


def finished(request: str = REQUEST, survey: SurveyFacts = DERMOSCOPY, **answers: Any) -> Clinic:
    """A clinic whose study is done; its best model was still getting better."""
    still = {name: {"best_at": 1.0} for name in ("full fine-tuning", "half-frozen tuning", "both asked together")}
    clinic = Clinic(survey, verdicts=still, **answers)
    clinic.settings = Settings(study_folder="s", data="d", minutes=5)
    clinic.ask(request)
    assert clinic.status == "done"
    return clinic


def after(clinic: Clinic, words: str) -> list[str]:
    before = len(clinic.sources)
    clinic.ask(words)
    later = clinic.sources[before:]
    assert not any("unseal" in source for source in later)
    return later


WORDS = [
    # another threshold
    ("use 95 % sensitivity", REQUEST, DERMOSCOPY, "new_threshold('sensitivity', 0.95)"),
    ("Use 90 % sensitivity instead", REQUEST, DERMOSCOPY, "new_threshold('sensitivity', 0.9)"),
    ("please set the threshold to 98 percent sensitivity", REQUEST, DERMOSCOPY, "new_threshold('sensitivity', 0.98)"),
    ("I want a specificity of at least 90 %", REQUEST, DERMOSCOPY, "new_threshold('specificity', 0.9)"),
    ("nimm 95 % Sensitivität", REQUEST, DERMOSCOPY, "new_threshold('sensitivity', 0.95)"),
    ("Bitte die Schwelle auf 90 Prozent Spezifität setzen", REQUEST, DERMOSCOPY, "new_threshold('specificity', 0.9)"),
    ("too many false alarms", REQUEST, DERMOSCOPY, "new_threshold('specificity', 0.95)"),
    ("weniger Fehlalarme bitte", REQUEST, DERMOSCOPY, "new_threshold('specificity', 0.95)"),
    ("it misses too many", REQUEST, DERMOSCOPY, "new_threshold('sensitivity', 0.975)"),  # 95 % is held already
    ("Es übersieht zu viele", REQUEST, DERMOSCOPY, "new_threshold('sensitivity', 0.975)"),
    ("use 95 % sensitivity for bcc", SEVEN, DERMOSCOPY, "new_threshold('sensitivity', 0.95, positive='bcc')"),
    ("95 % sensitivity for melanoma please", SEVEN, DERMOSCOPY, "new_threshold('sensitivity', 0.95, positive='mel')"),
    ("it misses too many melanomas and bcc", SEVEN, DERMOSCOPY, "0.95, positive=['mel', 'bcc'])"),
    # more training
    ("keep going for 10 minutes", REQUEST, DERMOSCOPY, MORE),
    ("Keep going", REQUEST, DERMOSCOPY, MORE),
    ("continue for another 10 minutes", REQUEST, DERMOSCOPY, MORE),
    ("10 more minutes", REQUEST, DERMOSCOPY, MORE),
    ("you have another quarter of an hour", REQUEST, DERMOSCOPY, MORE),
    ("train some more", REQUEST, DERMOSCOPY, MORE),
    ("can you make it better?", REQUEST, DERMOSCOPY, MORE),
    ("mach noch zehn Minuten weiter", REQUEST, DERMOSCOPY, MORE),
    ("weitertrainieren, bitte", REQUEST, DERMOSCOPY, MORE),
    ("noch 10 Minuten", REQUEST, DERMOSCOPY, MORE),
    # rare classes
    ("rare classes matter more", SEVEN, DERMOSCOPY, RARE),
    ("Seltene Diagnosen zählen mehr", SEVEN, DERMOSCOPY, RARE),
    ("The rare ones matter more to me", SEVEN, DERMOSCOPY, RARE),
    ("pay more attention to the rare lesions", SEVEN, DERMOSCOPY, RARE),
    ("die seltenen Klassen sind wichtiger", SEVEN, DERMOSCOPY, RARE),
    ("Seltene Diagnosen sind mir wichtiger", SEVEN, DERMOSCOPY, RARE),
    # shortcuts
    ("it looks at the ruler", REQUEST, RULERS, RULER),
    ("I think it just looks at the ruler", REQUEST, RULERS, RULER),
    ("the model relies on the rulers", REQUEST, RULERS, RULER),
    ("es schaut auf das Lineal", REQUEST, RULERS, RULER),
    ("Das Modell achtet nur auf das Lineal", REQUEST, RULERS, RULER),
    ("it looks at the drain", CHEST, MASKED_DRAINS, DRAIN),
    ("Es orientiert sich an der Drainage", CHEST, MASKED_DRAINS, DRAIN),
    # misses
    ("Show me the worst misses", REQUEST, DERMOSCOPY, "study.explain()"),
    ("zeig mir die Fehler", REQUEST, DERMOSCOPY, "study.explain()"),
]


@pytest.mark.parametrize(("words", "request_text", "survey", "first"), WORDS, ids=[row[0] for row in WORDS])
def test_words_after_a_study_start_what_they_mean(words: str, request_text: str, survey: SurveyFacts, first: str) -> None:
    clinic = finished(request_text, survey)
    assert first in after(clinic, words)[0]
    assert clinic.status == "done"


def test_which_class_a_threshold_is_for_is_asked_where_nothing_says_so() -> None:
    clinic = finished(SEVEN, positive="bcc")
    assert "new_threshold('sensitivity', 0.95, positive='bcc')" in after(clinic, "use 95 % sensitivity")[0]


def test_a_request_for_another_study_stays_one() -> None:
    clinic = finished()
    before = len(clinic.sources)
    clinic.ask("Find basal cell carcinoma among all lesions")
    assert "study.survey()" in clinic.sources[before]


def test_a_model_that_was_freed_trains_on_in_the_same_way() -> None:
    details = EXPERIMENT["details"]["data"] | {"sampling": {"confounder": "drain"}}  # type: ignore[index]
    freed = {"drain transplant 2": {"details": {"model": {}, "data": details}}}
    clinic = finished(CHEST + ", it must not rely on the drain", MASKED_DRAINS)
    clinic.answers["verdicts"] = freed
    after(clinic, "it looks at the drain")
    later = after(clinic, "keep going for 10 minutes")
    assert "study.experiment('drain transplant 3'" in later[0]
    assert DRAIN in later[0]
    assert "start=study.model()" in later[0]


# ------------------------------------------------------------------ what suggests which idea
SMALL = COHORT | {"counts": {name: {"train": 300, "validation": 60, "test": 60} for name in ("mel", "nv")}}


@pytest.mark.parametrize(
    ("verdict", "survey", "cell"),
    [
        ({"best_at": 1.0}, DERMOSCOPY, "learning_rate=0.0003)"),
        ({"best_at": 0.75, "steps": 100}, DERMOSCOPY, "mean_weights=True"),
        ({"best_at": 0.25, "steps": 400}, DERMOSCOPY, "strength=1.8"),
        ({"best_at": 0.25, "steps": 400}, DERMOSCOPY, "mixup=0.2"),
        ({"best_at": 0.75, "steps": 400}, DERMOSCOPY, "CohortDataModule(cohort, size=(192, 128)"),
        ({"best_at": 0.75, "steps": 400}, DERMOSCOPY, "study.model().looking_closer()"),
    ],
)
def test_each_sign_calls_for_its_experiment_after_the_study(verdict: dict[str, Any], survey: SurveyFacts, cell: str) -> None:
    clinic = finished(survey=survey, cells={"study.load_cohort": {"status": "ok", "facts": [SMALL]}})
    names = ("full fine-tuning", "half-frozen tuning", "linear probe", "stronger augmentation", "finer images")
    clinic.messages.clear()
    clinic.answers["verdicts"] = dict.fromkeys(names, verdict)
    clinic.ask(REQUEST)
    assert any(cell in source for source in after(clinic, "keep going for 30 minutes"))


def test_radiographs_are_never_blended() -> None:
    clinic = finished(CHEST, MASKED_DRAINS)
    clinic.messages.clear()
    clinic.answers["verdicts"] = {name: {"best_at": 0.2, "steps": 400} for name in ("full fine-tuning", "half-frozen tuning")}
    clinic.ask(CHEST)
    assert not any("mixup" in source for source in after(clinic, "keep going for 60 minutes"))
