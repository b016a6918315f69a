"""Deny beats ask beats allow; what a cell does is read from its syntax tree."""

import pytest

from jupyter_clinagent.agent.policy import decide, effects


@pytest.mark.parametrize(
    ("author", "action", "granted", "verdict"),
    [
        ("playbook", "run", False, "allow"),
        ("model", "run", False, "ask"),
        ("model", "run", True, "allow"),
        ("model", "insert", False, "allow"),
        ("model", "edit", False, "ask"),
        ("model", "edit", True, "ask"),
        ("model", "show_figure", False, "ask"),
        ("model", "show_figure", True, "ask"),
        ("model", "export", True, "ask"),
        ("playbook", "export", False, "allow"),
        ("playbook", "delete", True, "ask"),
        ("model", "delete", True, "ask"),
    ],
)
def test_who_wants_what_decides(author, action, granted, verdict) -> None:
    assert decide(author, action, "x = 1", granted=granted) == verdict


@pytest.mark.parametrize(("granted", "verdict"), [(False, "ask"), (True, "allow")])
def test_the_agents_own_cell_is_changed_unseen_only_where_its_cells_are_granted(granted, verdict) -> None:
    assert decide("model", "edit", "x = 1", granted=granted, own=True) == verdict


@pytest.mark.parametrize("source", ["study._seal", "getattr(study, '_seal')", "cohort.sealed_labels", "from x import _seal"])
@pytest.mark.parametrize("author", ["playbook", "model"])
def test_sealed_labels_are_denied_to_everybody_even_when_granted(source, author) -> None:
    assert decide(author, "run", source, granted=True) == "deny"


@pytest.mark.parametrize(
    ("source", "effect"),
    [
        ("import requests", "uses the network"),
        ("from urllib import request", "uses the network"),
        ("import subprocess", "starts another program"),
        ("import os\nos.system('ls')", "starts another program"),
        ("import shutil\nshutil.rmtree('x')", "deletes files"),
        ("Path('x').unlink()", "deletes files"),
        ("!ls", "runs a shell command or a magic"),
        ("%%bash\nls", "runs a shell command or a magic"),
    ],
)
def test_an_effect_is_named_on_the_card(source, effect) -> None:
    assert effect in effects(source)


@pytest.mark.parametrize("source", ["x = 1", "model.fit(data)", "for", "study.survey()"])
def test_plain_computing_has_no_effect_to_name(source) -> None:
    assert effects(source) == []
