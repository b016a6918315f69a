"""A table of requests and the specification each must give: rephrasings must not break the playbook."""

from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.debiasing import freeing_rungs
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput, OutOfScope
from jupyter_clinagent.facts import SurveyFacts
from tests.agent.surveys import (
    ALWAYS_A_DRAIN,
    CHEST,
    DERMOSCOPY,
    DRAIN_IS_THE_LABEL,
    DRAINS,
    FEW_DRAINS,
    MASKED_DRAINS,
    NO_DRAIN_COLUMN,
    ONLY_MASKS,
    OTHER_MASKS,
    RULERS,
    TWO_LABELS,
)

SEVEN = ["nv", "mel", "bkl", "bcc", "akiec", "vasc", "df"]
BINARY = {"classes": ["mel", "nv"], "positive": "mel", "metric": "auroc", "group": "lesion_id"}
SENSITIVE = {**BINARY, "rule": "sensitivity", "target": 0.95, "for": "mel"}
SPECIFIC = {**BINARY, "rule": "specificity", "target": 0.95}
BALANCED = {**BINARY, "rule": "youden"}
MOLES_FIRST = {"classes": ["nv", "mel"]}
ALL = {"classes": SEVEN, "metric": "macro_auroc", "positive": None, "group": "lesion_id"}
AGAINST_REST = {"classes": ["mel", "rest"], "positive": "mel", "metric": "auroc"}
PNEUMONIA = {
    "classes": ["PNEUMONIA", "NORMAL"],
    "positive": "PNEUMONIA",
    "metric": "auroc",
    "group": "file name",
    "split": "folder_split",
}

DERMOSCOPY_REQUESTS = [
    # the two tasks as the client words them
    ("Separate melanoma from nevus. Missing a melanoma is much worse than a false alarm", SENSITIVE),
    ("tell melanoma from nevus; missing a melanoma is worse than a false alarm", SENSITIVE),
    ("Classify these dermoscopy images into their diagnoses", ALL),
    # long and short
    (
        "I have dermoscopy photographs in data/ham10000 with labels in the csv. Build me a model that separates melanoma "
        "from nevus. "
        "Missing a melanoma is worse than a false alarm. You have 20 minutes.",
        {**SENSITIVE, "minutes": 20},
    ),
    ("melanoma vs nevus", BALANCED),
    ("mel nv", BALANCED),
    ("melanoma or mole?", BALANCED),
    ("mel versus nv, 90% sensitivity", {**SENSITIVE, "target": 0.9}),
    # other word order
    ("A false alarm is better than missing a melanoma: build a melanoma-versus-nevus triage model", SENSITIVE),
    (
        "Because a missed melanoma is worse than a false alarm, be careful. Nevus versus melanoma please",
        {**SENSITIVE, "classes": ["nv", "mel"]},
    ),
    ("nevus and melanoma should be told apart", {**BALANCED, "classes": ["nv", "mel"]}),
    ("False alarms are fine, missed melanomas are not. Distinguish melanoma from nevi.", SENSITIVE),
    ("I would rather have a false alarm than miss a melanoma. melanoma against nevus", SENSITIVE),
    ("A false alarm is less bad than a missed melanoma. melanoma or nevus", SENSITIVE),
    ("Missing a melanoma is less bad than a false alarm. melanoma or nevus", SPECIFIC),
    # misspelt
    ("seperate melanomma form nevi, 95 % sensitivity", SENSITIVE),
    ("clasify melanoam and naevus", BALANCED),
    ("Classifiy thees dermoscopy imges into thier diagnosis by all clases", ALL),
    ("missign a melanoma is wors than a flase alarm; melanoma vs nevus", SENSITIVE),
    # never miss, catch all, high sensitivity
    ("Do not miss any melanoma. Melanoma versus nevus.", SENSITIVE),
    ("Melanoma versus nevus, and it must catch every melanoma", SENSITIVE),
    ("Melanoma versus nevus at high sensitivity", SENSITIVE),
    ("Melanoma versus nevus with a sensitivity of at least 98 percent", {**SENSITIVE, "target": 0.98}),
    ("Melanoma versus nevus with sensitivity 0.9", {**SENSITIVE, "target": 0.9}),
    ("Triage model for melanoma against nevi, recall >= 0.97", {**SENSITIVE, "target": 0.97}),
    # the other mistake
    ("Melanoma versus nevus; avoid unnecessary biopsies", SPECIFIC),
    ("Melanoma versus nevus. False alarms are worse than misses.", SPECIFIC),
    ("Melanoma versus nevus at 90 % specificity", {**SPECIFIC, "target": 0.9}),
    ("Tell melanoma from nevus, too many false positives would flood our clinic", SPECIFIC),
    # against the rest
    ("Find melanomas", AGAINST_REST),
    ("melanoma versus everything else", AGAINST_REST),
    ("melanoma or not melanoma", AGAINST_REST),
    ("Is it a melanoma? Missing one is dangerous", {**AGAINST_REST, "rule": "sensitivity"}),
    ("Spot basal cell carcinoma on dermoscopy", {"classes": ["bcc", "rest"], "positive": "bcc"}),
    (
        "Is this skin cancer?",
        {"classes": ["malignant", "rest"], "positive": "malignant", "values": {"malignant": ["mel", "bcc", "akiec"]}},
    ),
    (
        "malignant versus benign skin lesions, missing a cancer is unacceptable",
        {"classes": ["malignant", "rest"], "rule": "sensitivity", "for": "malignant"},
    ),
    # three classes, every class, without some
    (
        "Distinguish melanoma, nevus and benign keratosis",
        {"classes": ["mel", "nv", "bkl"], "metric": "macro_auroc", "positive": None},
    ),
    ("What type of lesion is it?", ALL),
    ("seven classes please, skin lesions", ALL),
    ("Diagnose skin lesions", ALL),
    ("multi-class dermatoscopy classifier", ALL),
    (
        "Sort the skin lesions by diagnosis; missing a melanoma is worse than a false alarm",
        {**ALL, "rule": "sensitivity", "for": "mel"},
    ),
    ("Classify the skin lesions into all classes, ignoring dermatofibroma", {"classes": [c for c in SEVEN if c != "df"]}),
    # time
    ("melanoma vs nevus in 5 minutes", {**BALANCED, "minutes": 5}),
    ("melanoma vs nevus, you have half an hour", {**BALANCED, "minutes": 30}),
    ("melanoma vs nevus, 2 hours", {**BALANCED, "minutes": 120}),
    ("melanoma vs nevus, take 12 min", {**BALANCED, "minutes": 12}),
    # shortcuts and grouping
    ("melanoma vs nevus; I fear that it looks at the ruler", {**BALANCED, "assumes": "ruler"}),
    ("melanoma vs nevus, keep images of the same lesion together", {**BALANCED, "group": "lesion_id"}),
    ("melanoma vs nevus, split by patient", {**BALANCED, "assumes": "patient"}),
    # German
    ("Unterscheide Melanome von Muttermalen. Ein übersehenes Melanom ist schlimmer als ein Fehlalarm.", SENSITIVE),
    ("Melanom gegen Nävus, bitte, du hast 15 Minuten", {**BALANCED, "minutes": 15}),
    ("Trenne Melanom und Nävus; lieber ein Fehlalarm als ein übersehenes Melanom", SENSITIVE),
    ("Kein Melanom darf übersehen werden: Melanom oder Leberfleck?", SENSITIVE),
    ("Klassifiziere die dermatoskopischen Bilder nach Diagnosen", ALL),
    ("Unnötige Biopsien vermeiden, Melanom oder Muttermal", SPECIFIC),
    ("Melanomerkennung mit 90 Prozent Sensitivität, Melanom gegen Nävus", {**SENSITIVE, "target": 0.9}),
    ("Ist das Hautkrebs?", {"classes": ["malignant", "rest"], "positive": "malignant"}),
    # other ways to say which mistake is worse
    ("I'd rather biopsy ten harmless moles than miss one melanoma; classify them", {**SENSITIVE, **MOLES_FIRST}),
    ("We can live with false alarms but not with missed melanomas. Melanoma vs nevus", SENSITIVE),
    ("Better safe than sorry: melanoma against nevus", SENSITIVE),
    ("Melanom gegen Nävus, lieber einmal zu viel als zu wenig", SENSITIVE),
    ("Trenne Melanom und Nävus; Fehlalarme sind weniger schlimm als übersehene Melanome", SENSITIVE),
    ("False positives hurt us more than misses: sort melanoma and nevus", SPECIFIC),
    ("Melanoma versus nevus. A false alarm is better than a missed melanoma", SENSITIVE),
    ("Can you distinguish malignant melanoma from benign nevi? Overlooking one would be a catastrophe", SENSITIVE),
    # numbers and times in words
    ("melanoma vs nevus, sens 0.9", {**SENSITIVE, "target": 0.9}),
    ("melanoma vs nevus, spec 80 %", {**SPECIFIC, "target": 0.8}),
    ("Catch at least 97 percent of the melanomas among the nevi", {**SENSITIVE, "target": 0.97}),
    ("Tell melanoma from nevus, miss no more than 2 % of the melanomas", {**SENSITIVE, "target": 0.98}),
    ("Tell melanoma from nevus; no more than 4 % of the melanomas may be missed", {**SENSITIVE, "target": 0.96}),
    ("mindestens 90 Prozent Sensitivität, Melanom gegen Nävus", {**SENSITIVE, "target": 0.9}),
    ("Melanoma or nevus? You have twenty minutes", {**BALANCED, "minutes": 20}),
    ("melanoma vs nevus within ten mins", {**BALANCED, "minutes": 10}),
    ("melanoma vs nevus, an hour and a half", {**BALANCED, "minutes": 90}),
    ("melanoma vs nevus, forty-five minutes", {**BALANCED, "minutes": 45}),
    ("melanoma vs nevus, three quarters of an hour", {**BALANCED, "minutes": 45}),
    ("melanoma vs nevus, 90 seconds", {**BALANCED, "minutes": 1.5}),
    ("Melanom gegen Nävus, du hast fünf Minuten", {**BALANCED, "minutes": 5}),
    ("Melanom oder Nävus in anderthalb Stunden", {**BALANCED, "minutes": 90}),
    ("Melanom oder Nävus in einer Dreiviertelstunde", {**BALANCED, "minutes": 45}),
    ("We need a second opinion: melanoma or nevus", {**BALANCED, "minutes": 10}),
    # other words for the same
    ("I need something that flags melanoma on dermatoscopic photos, nevi are the other class", BALANCED),
    ("Tell me which of these moles are melanomas", {"classes": ["mel", "rest"], "positive": "mel"}),
    ("Ordne jedem Hautbild seine Diagnose zu", ALL),
    ("classfy these dermoscopic imges into there diagnoses", ALL),
    ("What kind of skin lesion is it? Give me a model", ALL),
    ("Which diagnosis does each dermoscopy image show?", ALL),
    ("Is it skin cancer?", {"classes": ["malignant", "rest"], "positive": "malignant"}),
    (
        "Classify all diagnoses; missing a melanoma or a basal cell carcinoma is worse",
        {**ALL, "rule": "sensitivity", "for": ["mel", "bcc"], "assumes": "“mel”, “bcc”: one threshold holds for them together"},
    ),
]

CHEST_REQUESTS = [
    ("Find pneumonia on chest x-rays", PNEUMONIA),
    ("pneumonia or normal? use at most half an hour, split by patient", {**PNEUMONIA, "minutes": 30}),
    (
        "Detect pneumonia in children's radiographs; a missed pneumonia is worse than a false alarm",
        {**PNEUMONIA, "rule": "sensitivity", "for": "PNEUMONIA"},
    ),
    ("healthy versus pneumonia", {**PNEUMONIA, "classes": ["NORMAL", "PNEUMONIA"]}),
    ("Lungenentzündung auf Röntgenbildern erkennen", PNEUMONIA),
    ("Gesund oder Pneumonie?", {**PNEUMONIA, "classes": ["NORMAL", "PNEUMONIA"]}),
    ("Classify the chest films", {"classes": ["NORMAL", "PNEUMONIA"], "positive": "PNEUMONIA"}),
    ("Build me a classifier for these images", {"classes": ["NORMAL", "PNEUMONIA"], "positive": "PNEUMONIA"}),
]

REFUSED = [
    ("Segment the lesions", DERMOSCOPY, BadInput),
    ("Draw the outline of each melanoma", DERMOSCOPY, BadInput),
    ("Predict the bone age from hand radiographs", CHEST, BadInput),
    ("Predict survival of melanoma patients", DERMOSCOPY, OutOfScope),
    ("How should I treat this melanoma?", DERMOSCOPY, OutOfScope),
    ("Write a radiology report for each chest x-ray", CHEST, OutOfScope),
    ("Segmentiere die Läsionen", DERMOSCOPY, BadInput),
    ("Mark the melanoma with a bounding box", CHEST, BadInput),
    ("Find pneumothorax on chest radiographs", CHEST, BadInput),
    ("Tell melanoma from nevus", CHEST, BadInput),
    ("melanoma versus pneumonia", DERMOSCOPY, BadInput),
    ("Outline the lesion borders", DERMOSCOPY, BadInput),
    ("Pixel-accurate masks of the lesions please", DERMOSCOPY, BadInput),
    ("Predict tumour thickness in millimetres", DERMOSCOPY, BadInput),
    ("Wie alt ist der Patient auf dem Bild?", DERMOSCOPY, BadInput),
    ("Count the number of moles", DERMOSCOPY, BadInput),
    ("Grade the severity of the lesion from 0 to 10", DERMOSCOPY, OutOfScope),
    ("How long will these patients live?", DERMOSCOPY, OutOfScope),
    ("Wird der Krebs wiederkommen?", DERMOSCOPY, OutOfScope),
    ("Predict the time until relapse", DERMOSCOPY, OutOfScope),
    ("Generate synthetic dermoscopy images", DERMOSCOPY, OutOfScope),
    ("Denoise these images", DERMOSCOPY, OutOfScope),
    ("Translate the labels into German", DERMOSCOPY, OutOfScope),
    ("Classify ECG traces", DERMOSCOPY, OutOfScope),
    ("Cluster the images without labels", DERMOSCOPY, OutOfScope),
    ("Find images similar to this one, similar images please", DERMOSCOPY, OutOfScope),
]


def drafted_by_default(request: str, survey: SurveyFacts) -> Draft:
    """The draft, the default taken where something is asked."""
    drafted = draft(read_request(request), survey, {})
    if isinstance(drafted, Card):
        drafted = draft(read_request(request), survey, {drafted.key: drafted.default})
    assert isinstance(drafted, Draft), drafted
    return drafted


def found(request: str, survey: SurveyFacts) -> dict[str, Any]:
    drafted = drafted_by_default(request, survey)
    spec = drafted.specification
    point = spec.operating_point
    return {
        "task": spec.task,
        "supervision": spec.supervision,
        "classes": list(spec.classes),
        "values": spec.classes,
        "positive": spec.positive_class,
        "metric": spec.primary_metric,
        "group": spec.group_column,
        "split": spec.split_column,
        "minutes": spec.minutes,
        "rule": point.rule if point else None,
        "target": point.target if point else None,
        "for": point.positive_class if point else None,
        "assumes": " ".join(drafted.assumptions),
    }


def check(request: str, survey: SurveyFacts, wanted: dict[str, Any]) -> None:
    result = found(request, survey)
    for key, value in wanted.items():
        if key == "assumes":
            assert value in result["assumes"]
        elif key == "values":
            assert value.items() <= result["values"].items()
        else:
            assert result[key] == value, (key, result[key], value)


@pytest.mark.parametrize(("request_text", "wanted"), DERMOSCOPY_REQUESTS, ids=[r for r, _ in DERMOSCOPY_REQUESTS])
def test_a_dermoscopy_request_gives_its_specification(request_text: str, wanted: dict[str, Any]) -> None:
    check(request_text, DERMOSCOPY, wanted)


@pytest.mark.parametrize(("request_text", "wanted"), CHEST_REQUESTS, ids=[r for r, _ in CHEST_REQUESTS])
def test_a_chest_request_gives_its_specification(request_text: str, wanted: dict[str, Any]) -> None:
    check(request_text, CHEST, wanted)


@pytest.mark.parametrize(("request_text", "survey", "error"), REFUSED, ids=[r for r, _, _ in REFUSED])
def test_what_cannot_be_done_is_refused_with_a_sentence_that_says_what_can(
    request_text: str, survey: SurveyFacts, error: type[Exception]
) -> None:
    with pytest.raises(error) as refusal:
        draft(read_request(request_text), survey, {})
    assert len(str(refusal.value)) > 60


def test_two_plausible_label_columns_are_asked_about_and_the_answer_is_taken() -> None:
    intent = read_request("Classify the chest x-rays into normal and covid")
    question = draft(intent, TWO_LABELS, {})
    assert isinstance(question, Card)
    assert question.key == "label"
    assert question.choices == ["reader_1", "reader_2"]
    drafted = draft(intent, TWO_LABELS, {"label": "reader_2"})
    assert isinstance(drafted, Draft)
    assert drafted.load["label"] == "reader_2"


def test_an_answer_that_names_no_column_is_bad_input() -> None:
    with pytest.raises(BadInput, match="reader_1"):
        draft(read_request("chest films"), TWO_LABELS, {"label": "reader_9"})


def test_a_request_that_leaves_the_classes_open_is_asked_about_with_a_default() -> None:
    question = draft(read_request("please use my data"), DERMOSCOPY, {})
    assert isinstance(question, Card)
    assert (question.key, question.default) == ("classes", "all")
    drafted = draft(read_request("please use my data"), DERMOSCOPY, {"classes": "bcc, bkl"})
    assert isinstance(drafted, Draft)
    assert list(drafted.specification.classes) == ["bcc", "bkl"]


def test_label_values_unknown_to_the_lexicon_are_matched_by_name() -> None:
    drafted = draft(read_request("covid or normal on chest x-rays"), TWO_LABELS, {"label": "reader_1"})
    assert isinstance(drafted, Draft)
    assert drafted.specification.positive_class == "covid"


@pytest.mark.parametrize(
    ("request_text", "path"),
    [
        ("melanoma vs nevus in data/ham10000", "data/ham10000"),
        ("images are in /srv/images/derm, melanoma vs nevus", "/srv/images/derm"),
        ('use "my images/2024 set/" for melanoma vs nevus', "my images/2024 set/"),
        ("melanoma/nevus", None),
        ("Trenne Melanom und Nävus aus ../bilder/haut", "../bilder/haut"),
        ("and/or questions about melanoma", None),
    ],
)
def test_a_data_folder_named_in_the_request_is_found(request_text: str, path: str | None) -> None:
    assert read_request(request_text).data == path


# ------------------------------------------------------------------ shortcuts
TRANSPLANT = {"confounders": ["drain"], "frees": ["transplant"], "positive": "pneumothorax"}
PASTE = {"confounders": ["drain"], "frees": ["paste"], "positive": "pneumothorax"}
NOTHING = {"confounders": [], "frees": [], "positive": "pneumothorax"}

SHORTCUT_REQUESTS = [
    ("Classify pneumothorax, it must not rely on the chest drain", MASKED_DRAINS, TRANSPLANT),
    ("Find pneumothorax on chest x-rays, freed from its chest-drain shortcut", MASKED_DRAINS, TRANSPLANT),
    ("Detect pneumothorax ignoring the drain", MASKED_DRAINS, TRANSPLANT),
    ("pneumothorax or not; it must not look at the chest tube. Missing one is worse than a false alarm", DRAINS, PASTE),
    ("Pneumothorax classifier. I fear that it just recognises the drain.", DRAINS, PASTE),
    ("Erkenne Pneumothorax, das Modell darf sich nicht auf die Drainage verlassen", MASKED_DRAINS, TRANSPLANT),
    ("Pneumothorax erkennen, unabhängig von der Thoraxdrainage, hohe Sensitivität", DRAINS, {**PASTE, "rule": "sensitivity"}),
    ("Pneumothorax ohne die Abkürzung über den Schlauch erkennen", MASKED_DRAINS, TRANSPLANT),
    (
        "Pneumothorax, and the result must be independent of the scanner type",
        MASKED_DRAINS,
        {"confounders": ["scanner_type"], "frees": ["balance"]},
    ),
    ("melanoma vs nevus; it looks at the ruler", RULERS, {"confounders": ["ruler"], "frees": ["paste"], "positive": "mel"}),
    ("Melanom gegen Nävus; das Modell schaut auf das Lineal", RULERS, {"confounders": ["ruler"], "frees": ["paste"]}),
    # masks without a column, and what can't be done
    (
        "Classify pneumothorax, it must not rely on the drain",
        ONLY_MASKS,
        {"confounders": ["masks"], "frees": ["transplant"], "assumes": "image without a mask counts as one without drain"},
    ),
    ("Classify pneumothorax, it must not rely on the drain", OTHER_MASKS, {**PASTE, "assumes": "another size"}),
    (
        "Classify pneumothorax, it must not rely on the drain",
        ALWAYS_A_DRAIN,
        {**NOTHING, "assumes": "holds one value or nothing"},
    ),
    ("Classify pneumothorax, it must not rely on the drain", DRAIN_IS_THE_LABEL, {**NOTHING, "assumes": "same as the label"}),
    ("Classify pneumothorax, it must not rely on the drain", NO_DRAIN_COLUMN, {**NOTHING, "assumes": "No column says"}),
    ("Classify pneumothorax, it must not rely on the moonlight", DRAINS, {**NOTHING, "assumes": "names nothing"}),
    ("Classify pneumothorax, it must not rely on the drain", FEW_DRAINS, {"confounders": ["drain"], "frees": []}),
    ("Find pneumothorax on chest x-rays", MASKED_DRAINS, NOTHING),
    ("predict pneumotorax without relying on the chest drian", MASKED_DRAINS, TRANSPLANT),
    ("Pneumothorax classifier that ignores drains", MASKED_DRAINS, TRANSPLANT),
    ("Is there a pneumothorax? The thoracostomy tube must not give it away", DRAINS, PASTE),
    ("Train pneumothorax vs no pneumothorax, unbiased by chest drain", DRAINS, PASTE),
    ("Pneumothorax ja oder nein, unabhängig vom Schlauch", DRAINS, PASTE),
    ("Find collapsed lungs; patients with tubes are mostly positive so be careful", DRAINS, PASTE),
]


@pytest.mark.parametrize(("request_text", "survey", "wanted"), SHORTCUT_REQUESTS)
def test_a_shortcut_that_is_named_becomes_a_confounder_and_an_experiment_against_it(
    request_text: str, survey: SurveyFacts, wanted: dict[str, Any]
) -> None:
    drafted = draft(read_request(request_text), survey, {})
    assert isinstance(drafted, Draft)
    assert drafted.specification.confounders == wanted["confounders"]
    if "frees" in wanted:
        assert [rung.method for rung in freeing_rungs(drafted.specification, survey)] == wanted["frees"]
    check(request_text, survey, {key: value for key, value in wanted.items() if key not in ("confounders", "frees")})
