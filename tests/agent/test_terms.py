"""What clinicians call the things that data hold, specialty by specialty."""

from __future__ import annotations

import pytest

from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.terms import coded
from jupyter_clinagent.agent.playbook.wording import is_term

CALLED = [
    ("Edema, Nodule, No Finding", "water on the lung", ["Edema"]),
    ("osteoporosis, osteoarthritis, normal", "Gelenkverschleiß", ["osteoarthritis"]),
    ("caries, calculus, gingivitis", "tooth decay", ["caries"]),
    ("fibroadenoma, mastitis, cyst", "Brustentzündung", ["mastitis"]),
    ("goiter, Hashimoto, normal", "Kropf", ["goiter"]),
    ("PLAX, PSAX, A4C, A2C", "parasternal long axis", ["PLAX"]),
    ("ROP, keratoconus, normal", "retinopathy of prematurity", ["ROP"]),
    ("AOM, OME, earwax", "glue ear", ["OME"]),
    ("eczema, psoriasis, tinea", "Schuppenflechte", ["psoriasis"]),
    ("cecum, z-line, barretts", "Barrett's oesophagus", ["barretts"]),
    ("colon_aca, colon_n, lung_aca, lung_n, lung_scc", "colon cancer", ["colon_aca"]),
    ("NILM, ASC-US, LSIL, HSIL", "high-grade squamous intraepithelial lesion", ["HSIL"]),
    ("sickle, target, normal", "Sichelzellen", ["sickle"]),
    ("epidural, subdural, subarachnoid", "Subduralblutung", ["subdural"]),
    ("disc herniation, spinal stenosis, normal", "slipped disc", ["disc herniation"]),
    ("HCC, hemangioma, FNH", "Leberzellkarzinom", ["HCC"]),
    ("pressure ulcer, burn, laceration", "bedsores", ["pressure ulcer"]),
]
CODED = [
    ("N, D, G, C, A, H, M, O", "grauer Star", ["C"]),
    ("CC, EC, HGSC, LGSC, MC", "mucinous carcinoma", ["MC"]),
    ("A, F, PT, TA, DC, LC, MC, PC", "lobular carcinomas", ["LC"]),
    ("CN, MCI, AD", "Alzheimer's", ["AD"]),
    ("AD, psoriasis, acne", "Alzheimer's", []),
    ("A, C, M", "cataract", ["C"]),
    ("C, A", "cataract", []),
]
OF_OTHERS = [
    ("DR, AMD, normal", "hypertensive retinopathy", []),
    ("diabetic retinopathy, hypertensive retinopathy", "hypertensive retinopathy", ["hypertensive retinopathy"]),
    ("myopia, pathological myopia", "myopia", ["myopia"]),
]


@pytest.mark.parametrize(("values", "words", "meant"), [*CALLED, *CODED, *OF_OTHERS])
def test_a_value_is_found_by_what_clinicians_call_it_and_no_other_is(values: str, words: str, meant: list[str]) -> None:
    assert mentioned(values.split(", "), words) == meant


@pytest.mark.parametrize(
    ("request_", "value"), [("Y a-t-il un bouchon de cérumen ?", "earwax"), ("Y a-t-il une hernie discale ?", "disc herniation")]
)
def test_french_names_are_read_by_way_of_english(request_: str, value: str) -> None:
    assert mentioned([value, "perforation", "normal"], read_request(request_).naming) == [value]


def test_codes_of_two_data_sets_mean_nothing() -> None:
    assert coded(["CC", "EC", "MC", "MCI"]) == {}


@pytest.mark.parametrize(("word", "names"), [("psoriasis", True), ("hepatic", False), ("chronic", False), ("the", False)])
def test_words_of_names_that_name_nothing_by_themselves_are_no_terms(word: str, names: bool) -> None:
    assert is_term(word) == names
