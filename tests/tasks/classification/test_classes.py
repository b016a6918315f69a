"""From the clinician's words and the label column's values to classes: the positive one, and what is left out or asked."""

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import NONE_OF_THEM, Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.polarity import Health, health_of
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from tests.agent.surveys import DERMOSCOPY
from tests.agent.test_playbook import Clinic

BREAST = {"benign": 437, "malignant": 210, "normal": 133}
LUNGS = {"pneumonia": 300, "covid": 200, "normal": 400}
SCANS = {"glioma": 90, "meningioma": 80, "notumor": 70, "pituitary": 60}


def labelled(values: dict[str, int], name: str = "label") -> SurveyFacts:
    column = ColumnFacts(name=name, table="labels.csv", role="label", distinct=len(values), missing=0, values=values)
    return SurveyFacts(
        data="/d", layout="table", images=sum(values.values()), columns=[column], label_candidates=[name], modality="radiograph"
    )


def evenly(*values: str) -> dict[str, int]:
    return dict.fromkeys(values, 50)


def drafted(request: str, values: dict[str, int], name: str = "label", **answers: str) -> Draft:
    found = draft(read_request(request), labelled(values, name), answers)
    assert isinstance(found, Draft), found
    return found


def asked(request: str, values: dict[str, int], name: str = "label") -> Card:
    found = draft(read_request(request), labelled(values, name), {})
    assert isinstance(found, Card), found
    return found


# ------------------------------------------------------------------ the positive class
WELL = [
    "healthy", "well", "normal", "NORMAL", "gesund", "unauffällig", "control", "controls", "No finding", "kein Befund",
    "ohne Befund", "clear", "unremarkable", "negative", "negativ", "covid_negative", "none", "keine", "no tumour", "notumor",
    "non-melanoma", "noncovid", "not fractured", "fracture absent", "normal chest", "healthy controls", "0", "no", "-",
    "Kontrolle", "o.B.", "tumour free",
]  # fmt: skip
HARMLESS = ["nevus", "benign", "gutartig", "nv", "other", "Sonstige", "bkl"]
ILL = [
    "sick", "krank", "abnormal", "auffällig", "malignant", "not normal", "nicht normal", "unhealthy", "normal tension glaucoma",
    "clear cell carcinoma", "well differentiated carcinoma", "non-small cell carcinoma", "nodule", "1", "yes", "+", "positive",
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "health"),
    [(v, Health.WELL) for v in WELL] + [(v, Health.HARMLESS) for v in HARMLESS] + [(v, Health.ILL) for v in ILL],
)
def test_a_label_value_says_how_serious_it_is(value: str, health: Health) -> None:
    assert health_of(value) == health


@pytest.mark.parametrize("ill", ["sick", "Pneumonie", "tumor"])
@pytest.mark.parametrize("well", ["healthy", "well", "gesund", "unauffällig", "control", "No finding", "kein Befund", "clear"])
def test_the_healthy_class_is_never_the_positive_one_wherever_it_stands(well: str, ill: str) -> None:
    for values in (evenly(well, ill), evenly(ill, well)):
        spec = drafted(f"Tell {well} from {ill}", values).specification
        assert spec.classes == {well: [well], ill: [ill]}
        assert spec.positive_class == ill


@pytest.mark.parametrize(
    ("request_text", "values", "classes", "positive"),
    [
        ("Tell sick from healthy", evenly("healthy", "sick"), ["sick", "healthy"], "sick"),
        ("Tell sick from healthy", evenly("gesund", "krank"), ["krank", "gesund"], "krank"),
        ("Tell sick from healthy", evenly("NORMAL", "PNEUMONIA"), ["PNEUMONIA", "NORMAL"], "PNEUMONIA"),
        ("Unterscheide Kranke von Gesunden", evenly("sick", "healthy", "borderline"), ["sick", "healthy"], "sick"),
        ("Tell sick from healthy", LUNGS, ["abnormal", "normal"], "abnormal"),
        ("Tell benign from normal", evenly("normal", "benign"), ["benign", "normal"], "benign"),
        ("Which are ill, which are well?", evenly("well", "ill"), ["ill", "well"], "ill"),
        ("Pneumonia versus normal films", evenly("viral pneumonia", "bacterial pneumonia", "no pneumonia"), None, "pneumonia"),
    ],
)
def test_sick_and_healthy_are_opposites_whatever_they_are_called(
    request_text: str, values: dict[str, int], classes: list[str] | None, positive: str
) -> None:
    spec = drafted(request_text, values).specification
    assert classes is None or list(spec.classes) == classes
    assert spec.positive_class == positive


@pytest.mark.parametrize("request_text", ["healthy versus sick", "Find the healthy ones", "Finde die Gesunden"])
def test_the_disease_is_positive_where_the_healthy_are_asked_for_and_that_is_said(request_text: str) -> None:
    found = drafted(request_text, evenly("sick", "healthy"))
    assert found.specification.positive_class == "sick"
    assert any("The positive class is the finding, “sick”" in line for line in found.assumptions)


def test_a_mistake_about_the_healthy_sets_no_threshold_for_them() -> None:
    point = drafted("pneumonia or normal? Missing a normal film would be bad", evenly("normal", "pneumonia")).specification
    assert point.operating_point is not None
    assert point.operating_point.positive_class == "pneumonia"


@pytest.mark.parametrize("values", [evenly("1", "0"), evenly("0", "1"), evenly("1.0", "0.0")])
def test_one_and_nought_keep_their_names_where_nothing_says_what_they_mean(values: dict[str, int]) -> None:
    one, nought = sorted(values, reverse=True)
    for request in ("Tell sick from healthy", "Find the healthy ones", "Build a classifier for these films"):
        found = drafted(request, values)
        assert found.specification.classes == {one: [one], nought: [nought]}
        assert found.specification.positive_class == one
        assert f"“label” only says yes or no; “{one}” is taken for the finding." in found.assumptions
    spec = drafted("Pneumonia versus normal", values).specification
    assert spec.classes == {"pneumonia": [one], "normal": [nought]}


# ------------------------------------------------------------------ labels that are not known
def test_labels_that_are_not_known_are_in_no_class_and_no_rest() -> None:
    values = {"mel": 90, "nv": 80, "n/a": 12, "unbekannt": 5, "?": 1}
    for request in ("Find melanomas", "Melanoma or not?", "Classify the lesions into their diagnoses"):
        found = drafted(request, values)
        assert {v for gathered in found.specification.classes.values() for v in gathered} == {"mel", "nv"}
        assert found.assumptions[0] == "Left out of “label” (label not known): “n/a” (12), “unbekannt” (5), “?” (1)."


def test_none_is_a_class_of_a_column_about_a_finding() -> None:
    spec = drafted("Is there a fracture?", {"none": 60, "present": 40, "-": 3}, "fracture").specification
    assert spec.classes == {"fracture": ["present"], "none": ["none"]}


# ------------------------------------------------------------------ what is left out, gathered or asked
PLAIN = [
    ("benign vs malignant, leave the normals out", BREAST, ["benign", "malignant"]),
    ("benign vs malignant without the normals", BREAST, ["benign", "malignant"]),
    ("benign vs malignant, without normals", BREAST, ["benign", "malignant"]),
    ("benign against malignant; the normal ones are not needed", BREAST, ["benign", "malignant"]),
    ("Lass die normalen weg: gutartig gegen bösartig", BREAST, ["malignant", "benign"]),
    ("gutartig gegen bösartig, die unauffälligen weglassen", evenly("gutartig", "bösartig", "unauffällig"), None),
    ("glioma, meningioma and pituitary; drop the scans without a tumour", SCANS, ["glioma", "meningioma", "pituitary"]),
    ("glioma versus meningioma", SCANS, ["glioma", "meningioma"]),
    ("Tell benign, malignant and normal apart", BREAST, ["benign", "malignant", "normal"]),
    ("Distinguish malignant from everything else", BREAST, ["malignant", "rest"]),
    ("Is it pneumonia?", LUNGS, ["pneumonia", "rest"]),
    ("Pneumonie ja oder nein", LUNGS, ["pneumonia", "rest"]),
    ("pneumonia versus normal films", LUNGS, ["pneumonia", "normal"]),
    ("viral against bacterial pneumonia", evenly("viral pneumonia", "bacterial pneumonia", "normal"), None),
    ("covid versus normal and show me heat maps", LUNGS, ["covid", "normal"]),
    ("covid versus normal for our clinic and its patients", LUNGS, ["covid", "normal"]),
    ("COVID from other pneumonia", evenly("COVID-19", "pneumonia"), ["COVID-19", "pneumonia"]),
    ("malignant versus non-malignant", BREAST, ["malignant", "rest"]),
    ("Krebs oder kein Krebs", BREAST, ["malignant", "rest"]),
    ("Tell grade 0 from grade 4", evenly("0", "1", "2", "3", "4"), ["0", "4"]),
]  # fmt: skip


@pytest.mark.parametrize(("request_text", "values", "classes"), PLAIN, ids=[r for r, *_ in PLAIN])
def test_a_request_that_says_what_to_tell_apart_is_not_asked_about(
    request_text: str, values: dict[str, int], classes: list[str] | None
) -> None:
    found = drafted(request_text, values)
    assert classes is None or list(found.specification.classes) == classes
    used = {v for gathered in found.specification.classes.values() for v in gathered}
    for value in values.keys() - used:
        assert f"“{value}” ({values[value]})" in found.assumptions[0]


ASKED = [
    ("Tell benign from malignant and normal breast ultrasound", BREAST, "benign against malignant and normal together"),
    ("Trenne gutartig von bösartig und unauffällig", evenly("gutartig", "bösartig", "unauffällig"), "bösartig and unauffällig"),
    ("classify pneumonia", LUNGS, "pneumonia against normal, leaving covid out"),
    ("Find pneumonia", LUNGS, "pneumonia against all others together (covid, normal)"),
    ("Klassifiziere Covid", LUNGS, "covid against normal, leaving pneumonia out"),
    ("covid versus sarcoidosis", LUNGS, "covid against normal, leaving pneumonia out"),
    ("covid versus normal and sarcoidosis", LUNGS, "leaving pneumonia out"),
]  # fmt: skip


@pytest.mark.parametrize(("request_text", "values", "choice"), ASKED, ids=[r for r, *_ in ASKED])
def test_nothing_is_left_out_or_gathered_without_a_word_of_the_request(
    request_text: str, values: dict[str, int], choice: str
) -> None:
    card = asked(request_text, values)
    assert card.key == "classes"
    assert any(choice in offered for offered in card.choices)
    for offered in (choice for choice in card.choices if choice != NONE_OF_THEM):
        found = drafted(request_text, values, classes=offered)
        assert f"It was asked what to tell apart; the answer: {offered}." in found.assumptions
    assert card.default == (NONE_OF_THEM if NONE_OF_THEM in card.choices else card.choices[0])


def test_the_default_of_one_class_from_two_others_loses_none_and_merges_none() -> None:
    request = "Tell benign from malignant and normal breast ultrasound"
    default = asked(request, BREAST).default
    assert drafted(request, BREAST, classes=default).specification.classes == {v: [v] for v in BREAST}
    together = drafted(request, BREAST, classes="benign against malignant and normal together").specification
    assert together.classes == {"benign": ["benign"], "malignant or normal": ["malignant", "normal"]}


def test_an_answer_in_own_words_may_name_values_and_a_rest() -> None:
    assert list(drafted("classify pneumonia", LUNGS, classes="Pneumonia, rest").specification.classes) == ["pneumonia", "rest"]
    assert list(drafted("classify pneumonia", LUNGS, classes="all").specification.classes) == list(LUNGS)
    with pytest.raises(BadInput, match="name two or more of “pneumonia”, “covid”, “normal”"):
        drafted("classify pneumonia", LUNGS, classes="pneumonia, flu")


@pytest.mark.parametrize("request_text", ["mel, nv, bkl - rest in one pot", "Melanoma, nevus, benign keratosis and all others"])
def test_several_classes_and_a_rest_are_several_classes_and_a_rest(request_text: str) -> None:
    found = draft(read_request(request_text), DERMOSCOPY, {})
    assert isinstance(found, Draft)
    assert list(found.specification.classes) == ["mel", "nv", "bkl", "rest"]


def test_melanoma_from_nevus_says_first_of_all_what_it_leaves_out_and_asks_nothing() -> None:
    found = draft(read_request("Separate melanoma from nevus"), DERMOSCOPY, {})
    assert isinstance(found, Draft)
    left = "“bkl” (1099), “bcc” (514), “akiec” (327), “vasc” (142), “df” (115)"
    assert found.assumptions[0] == f"Left out of “dx” (none of the classes asked for): {left}."


def test_a_later_wish_for_other_classes_takes_the_place_of_the_answer() -> None:
    clinic = Clinic(labelled(LUNGS), propose_specification=[{"choice": "Change", "text": "pneumonia versus normal"}])
    clinic.ask("classify pneumonia")
    loads = [source for source in clinic.sources if "load_cohort" in source]
    assert ["'rest': ['covid', 'normal']" in source for source in loads] == [True, False]
