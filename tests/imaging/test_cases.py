"""One answer from several images: the mean, or the highest, by case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_clinagent.imaging.cases import Cases


def some_scores(rows: int, classes: int, seed: int) -> np.ndarray:
    raw = np.random.default_rng(seed).random((rows, classes)) + 1e-3
    return raw / raw.sum(axis=1, keepdims=True)


def test_the_mean_is_that_of_each_cases_images_in_the_order_of_their_first_ones() -> None:
    cases = Cases.of(["b", "a", "b", "c"])
    scores = np.array([[0.2, 0.8], [0.5, 0.5], [0.4, 0.6], [1.0, 0.0]])
    assert cases.names == ["b", "a", "c"]
    assert np.allclose(cases.probabilities(scores), [[0.3, 0.7], [0.5, 0.5], [1.0, 0.0]])
    assert cases.classes(np.array([1, 0, 1, 0])).tolist() == [1, 0, 0]
    assert cases.rows(0).tolist() == [0, 2]


@pytest.mark.parametrize("positive", [0, 1])
def test_one_image_is_enough_for_the_positive_class(positive: int) -> None:
    cases = Cases.of(["a", "a", "b", "b"], "highest", positive)
    score = np.array([0.1, 0.9, 0.2, 0.3])
    scores = np.column_stack([score, 1 - score] if positive == 0 else [1 - score, score])
    truth = np.array([1 - positive, positive, 1 - positive, 1 - positive])
    assert cases.classes(truth).tolist() == [positive, 1 - positive]
    assert cases.probabilities(scores)[:, positive].tolist() == [0.9, 0.3]


def test_the_highest_of_ordered_grades_counts() -> None:
    cases = Cases.of(["a", "a"], "highest")
    assert cases.classes(np.array([1, 3])).tolist() == [3]
    assert np.allclose(cases.probabilities(np.array([[0.7, 0.3, 0.0], [0.2, 0.1, 0.7]])), [[0.2, 0.1, 0.7]])


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=12),
    st.integers(2, 5),
    st.sampled_from(["mean", "highest"]),
    st.integers(0, 9),
)
def test_probabilities_of_cases_are_probabilities_and_a_case_of_one_image_is_that_image(
    ids: list[int], classes: int, rule: str, seed: int
) -> None:
    scores = some_scores(len(ids), classes, seed)
    cases = Cases.of([str(one) for one in ids], rule, 1 if classes == 2 else None)
    found = cases.probabilities(scores)
    assert found.shape == (len(set(ids)), classes)
    assert np.allclose(found.sum(axis=1), 1)
    assert (found >= -1e-12).all()
    for number, name in enumerate(cases.names):
        if ids.count(int(name)) == 1:
            assert np.allclose(found[number], scores[ids.index(int(name))])


def test_a_case_has_the_value_on_which_its_images_agree() -> None:
    cases = Cases.of(["a", "a", "b", "b", "c"])
    assert cases.alike(np.array(["f", "f", "f", "m", None], dtype=object)).tolist() == ["f", None, None]
