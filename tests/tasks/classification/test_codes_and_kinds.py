"""Columns of codes, and requests that mean every value without naming one."""

import pytest

from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.tasks.classification.drafting import draft


def drafted(request: str, values: dict[str, int], name: str = "target", **told: object) -> Draft:
    column = ColumnFacts(
        name=name,
        table="t.csv",
        role="label",
        distinct=len(values),
        missing=0,
        values=values,
        **told,  # type: ignore[arg-type]
    )
    survey = SurveyFacts(data="/d", layout="table", images=sum(values.values()), columns=[column], label_candidates=[name])
    found = draft(read_request(request), survey, {})
    assert isinstance(found, Draft), found
    return found


def test_codes_are_read_by_their_meaning_and_written_as_the_data_hold_them() -> None:
    found = drafted("Tell sick from healthy", {"1": 9, "0": 9}, meanings={"1": "sick", "0": "healthy"}, told_by="README.md")
    assert found.specification.classes == {"sick": ["1"], "healthy": ["0"]}
    assert found.specification.positive_class == "sick"
    assert found.assumptions[0] == "Codes of “target”, by README.md: “1” means sick; “0” means healthy."


def test_the_other_way_round_it_is_the_other_class() -> None:
    found = drafted("Tell sick from healthy", {"1": 9, "2": 9}, meanings={"1": "healthy", "2": "sick"}, told_by="README.md")
    assert (found.specification.classes, found.specification.positive_class) == ({"sick": ["2"], "healthy": ["1"]}, "sick")


def test_the_request_itself_may_say_what_codes_mean() -> None:
    found = drafted("Tell benign from malignant; 1 is malignant, 0 is benign", {"1": 9, "0": 9})
    assert (found.specification.classes, found.specification.positive_class) == (
        {"benign": ["0"], "malignant": ["1"]},
        "malignant",
    )


@pytest.mark.parametrize(
    ("request_", "name", "classes"),
    [
        ("Is there an effusion?", "Effusion", {"effusion": ["1"], "no effusion": ["0"]}),
        ("Erguss oder nicht?", "Effusion", {"effusion": ["1"], "no effusion": ["0"]}),
        ("Which bones are fractured?", "fractured", {"fractured": ["1"], "not fractured": ["0"]}),
    ],
)
def test_yes_and_no_bear_the_name_of_their_column(request_: str, name: str, classes: dict[str, list[str]]) -> None:
    found = drafted(request_, {"0": 9, "1": 9}, name).specification
    assert found.classes == classes
    assert found.positive_class == next(iter(classes))


# ------------------------------------------------------------------ every value
TISSUE = {"TUM": 9, "STR": 9, "LYM": 9}


@pytest.mark.parametrize(
    "request_",
    ["Which tissue is it?", "three classes please", "Welches Gewebe ist das?", "in drei Klassen", "sort them into 3 groups",
     "What sort of tissue does it show?"],
)  # fmt: skip
def test_every_value_is_meant_without_naming_one(request_: str) -> None:
    assert drafted(request_, TISSUE).specification.classes == {value: [value] for value in TISSUE}


def test_another_number_of_classes_is_asked_about() -> None:
    column = ColumnFacts(name="dx", table="t", role="label", distinct=3, missing=0, values=TISSUE)
    survey = SurveyFacts(data="/d", layout="table", images=27, columns=[column], label_candidates=["dx"])
    assert not isinstance(draft(read_request("four classes please"), survey, {}), Draft)


def test_which_kind_is_no_question_to_yes_and_no() -> None:
    with pytest.raises(LabelsDoNotMatch, match="asks which it is, and the data only say whether there is something"):
        drafted("What kind of tumour is it?", {"yes": 9, "no": 9}, "folder")


# ------------------------------------------------------------------ a column that is silent about many images
def two_columns(missing: int) -> SurveyFacts:
    facts = {"table": "t.csv", "role": "label", "distinct": 2}
    diagnosis = ColumnFacts(name="diagnosis", missing=missing, values={"melanoma": 10, "nevus": 30 - missing}, **facts)  # type: ignore[arg-type]
    target = ColumnFacts(name="target", missing=0, values={"0": 30, "1": 10}, **facts)  # type: ignore[arg-type]
    names = ["diagnosis", "target"]
    return SurveyFacts(data="/d", layout="table", images=40, columns=[diagnosis, target], label_candidates=names)


def test_a_fuller_column_is_offered() -> None:
    request = read_request("Tell melanoma from nevus")
    asked = draft(request, two_columns(20), {})
    assert isinstance(asked, Card)
    assert asked.choices == ["diagnosis", "target"]
    assert "says nothing of 20 of 40 images" in asked.body
    answered = draft(request, two_columns(20), {"label": "diagnosis"})
    assert isinstance(answered, Draft)
    assert answered.specification.label_column == "diagnosis"
    assert isinstance(draft(request, two_columns(0), {}), Draft)


def test_of_any_kind_is_asked_about_where_the_data_hold_other_findings() -> None:
    values = {"COVID": 9, "Viral Pneumonia": 9, "Normal": 9}
    column = ColumnFacts(name="folder", table="", role="label", distinct=3, missing=0, values=values)
    survey = SurveyFacts(data="/d", layout="folders", images=27, columns=[column], label_candidates=["folder"])
    asked = draft(read_request("Pneumonia of any kind against healthy lungs"), survey, {})
    assert isinstance(asked, Card)
    taken = draft(read_request("Pneumonia of any kind against healthy lungs"), survey, {"classes": asked.choices[0]})
    assert isinstance(taken, Draft)
    assert sorted(map(sorted, taken.specification.classes.values())) == [["COVID", "Viral Pneumonia"], ["Normal"]]


# ------------------------------------------------------------------ which column
def table(**columns: dict[str, int]) -> SurveyFacts:
    facts = [
        ColumnFacts(name=n, table="t.csv", role="label" if k == 0 else "other", distinct=len(v), missing=0, values=v)
        for k, (n, v) in enumerate(columns.items())
    ]
    return SurveyFacts(data="/d", layout="table", images=40, columns=facts, label_candidates=[next(iter(columns))])


@pytest.mark.parametrize(
    ("request_", "column"),
    [
        ("Which bone is it?", "bone"),
        ("Gips ja oder nein?", "Gips"),
        ("Tell fractures from dislocations", "finding"),
        ("Is there a fracture?", "finding"),
    ],
)
def test_a_column_that_is_named_is_taken_beside_one_that_is_named_like_a_label(request_: str, column: str) -> None:
    survey = table(
        finding={"fracture": 20, "dislocation": 20}, bone={"radius": 15, "ulna": 15, "tibia": 10}, Gips={"ja": 10, "nein": 30}
    )
    found = draft(read_request(request_), survey, {"classes": "fracture, dislocation"} if column == "finding" else {})
    assert isinstance(found, Draft)
    assert found.specification.label_column == column


def findings(**columns: dict[str, int]) -> SurveyFacts:
    facts = [ColumnFacts(name=n, table="t.csv", role="label", distinct=2, missing=0, values=v) for n, v in columns.items()]
    return SurveyFacts(data="/d", layout="table", images=40, columns=facts, label_candidates=list(columns))


def test_no_finding_gets_the_labels_of_another_one() -> None:
    with pytest.raises(LabelsDoNotMatch, match="no column says which images show it; there are “Atelectasis”, “Edema”"):
        draft(read_request("pneumothorax"), findings(Atelectasis={"1": 10, "0": 30}, Edema={"1": 5, "0": 35}), {})
    beside = findings(Atelectasis={"1": 10, "0": 30}, **{"No Finding": {"1": 5, "0": 35}})
    with pytest.raises(LabelsDoNotMatch, match="no column says which images show it"):
        draft(read_request("pneumothorax"), beside, {})


def test_a_status_of_something_else_is_not_learnt() -> None:
    survey = findings(er_status={"1": 10, "0": 30}, pr_status={"1": 5, "0": 35})
    assert not isinstance(draft(read_request("HER2 status"), survey, {}), Draft)


def test_one_value_is_an_answer_and_means_it_against_the_others() -> None:
    survey = table(finding={"a1": 10, "b2": 20, "c3": 10})
    asked = draft(read_request("sort these"), survey, {})
    assert isinstance(asked, Card)
    found = draft(read_request("sort these"), survey, {"classes": "b2"})
    assert isinstance(found, Draft)
    assert found.specification.classes == {"b2": ["b2"], "rest": ["a1", "c3"]}


@pytest.mark.parametrize(
    ("request_", "classes"),
    [
        ("Which is it on these films: normal, bacterial or viral pneumonia?", ["normal", "bacterial", "viral"]),
        ("Tell bacterial pneumonia from viral pneumonia", ["bacterial", "viral"]),
    ],
)
def test_the_noun_of_a_value_that_is_an_adjective_is_no_finding_of_its_own(request_: str, classes: list[str]) -> None:
    found = drafted(request_, {"bacterial": 10, "normal": 9, "viral": 8}, name="folder")
    assert list(found.specification.classes) == classes


@pytest.mark.parametrize(
    ("request_", "classes"),
    [
        ("BCC, SCC and MEL are cancer, the others are not. Is it cancer?", {"cancer": 3, "rest": 3}),
        ("cancer (BCC, SCC, MEL) or not", {"cancer": 3, "rest": 3}),
        ("MEL, BCC und SCC sind bösartig, alles andere gutartig. Ist es bösartig?", {"bösartig": 3, "rest": 3}),
        ("Malignant (BCC, SCC, MEL) versus benign (NEV, SEK, ACK)", {"malignant": 3, "benign": 3}),
    ],
)
def test_values_that_the_request_puts_together_are_one_class(request_: str, classes: dict[str, int]) -> None:
    found = drafted(request_, {"BCC": 10, "SCC": 9, "MEL": 8, "NEV": 9, "SEK": 20, "ACK": 9}, name="diagnostic")
    assert {name: len(values) for name, values in found.specification.classes.items()} == classes
    assert any(f"“{next(iter(classes))}” gathers “BCC”, “SCC”, “MEL”." in line for line in found.assumptions)


def test_which_kind_of_a_thing_of_many_words_means_every_value() -> None:
    kinds = {"basophil": 10, "eosinophil": 9, "lymphocyte": 8, "monocyte": 9, "neutrophil": 20}
    found = drafted("Which kind of white blood cell is it?", kinds, name="folder")
    assert list(found.specification.classes) == list(kinds)
