"""Another language in the middle of a study reaches the kernel by a cell of its own, once."""

from dataclasses import replace

from tests.agent.test_follow_ups import after, finished
from tests.agent.test_playbook import REQUEST, Clinic

GERMAN = "study.speak('de')"


def spoken_in(clinic: Clinic, language: str) -> Clinic:
    clinic.settings = replace(clinic.settings, language=language)
    return clinic


def test_a_study_that_stays_in_its_language_has_no_such_cell() -> None:
    clinic = finished()
    after(clinic, "use 90 % sensitivity")
    assert not any("study.speak(" in source for source in clinic.sources)


def test_the_next_cell_after_a_switch_is_the_switch_and_later_ones_need_none() -> None:
    clinic = spoken_in(finished(), "de")
    assert after(clinic, "ab jetzt auf Deutsch") == []
    switch, threshold = after(clinic, "nimm 90 % Sensitivität")
    assert GERMAN in switch
    assert "new_threshold('sensitivity', 0.9)" in threshold
    assert not any("speak" in source for source in after(clinic, "nimm 98 % Sensitivität"))
    back, _ = after(spoken_in(clinic, "en"), "use 85 % sensitivity")
    assert "study.speak('en')" in back


def test_a_study_that_begins_in_the_language_needs_no_switch() -> None:
    clinic = spoken_in(finished(), "de")
    clinic.ask(f"{REQUEST} in another/folder")
    assert "language='de'" in next(source for source in reversed(clinic.sources) if "study = Study(" in source)
    assert not any("speak" in source for source in clinic.sources)


def test_a_switch_that_fails_ends_the_turn() -> None:
    clinic = spoken_in(finished(cells={"study.speak(": {"status": "error", "error": ["NameError", "study"], "facts": []}}), "de")
    assert len(after(clinic, "nimm 90 % Sensitivität")) == 1
    assert clinic.status == "failed"
