"""The whole path in a real JupyterLab: a request in the chat becomes a trained, explained model in the open notebook."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.clinician import Clinician
from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

REQUEST = (
    "Separate melanoma from nevus; missing a melanoma is worse than a false alarm. The images are in ./images. Take 1 minute."
)
SCREENSHOT = Path(__file__).parents[2] / "docs" / "screenshot.png"


def test_a_sentence_becomes_a_model_through_a_reload_and_a_closed_tab(browser: Browser, lab: Lab) -> None:
    clinician = Clinician(browser, lab, "study.ipynb")
    clinician.new_chat()
    clinician.say(REQUEST)
    expect(clinician.card("Specification").get_by_role("img", name="images of each class")).to_be_visible(timeout=90_000)
    expect(clinician.card("Specification").get_by_role("row", name="in all 150")).to_be_visible()
    clinician.approve("Specification")
    clinician.approve("Plan")
    expect(clinician.working.locator("li", has_text="Experiment 1")).to_be_visible(timeout=30_000)
    before = clinician.texts()

    clinician.page.reload()
    expect(clinician.working).to_be_visible(timeout=60_000)
    _wait_until(lambda: set(before[:3]) <= set(clinician.texts()), clinician)  # messages are drawn one after the other
    clinician.close()

    _wait_for_the_end(lab)
    time.sleep(2.5)  # longer than the server keeps documents that nobody holds

    clinician = Clinician(browser, lab, "study.ipynb")
    clinician.open_chat("untitled")
    expect(clinician.page.get_by_text("AUROC").last).to_be_visible(timeout=30_000)
    assert clinician.card("Working in").last.inner_text().strip().endswith("Done.")
    twice = {text: count for text, count in Counter(clinician.texts()).items() if count > 1}
    assert twice == {}
    _every_cell_is_there_once(lab.root / "study.ipynb")
    _show_the_heat_maps(clinician)
    clinician.picture(SCREENSHOT)
    clinician.close()


def test_stop_ends_the_training_and_nothing_runs_later(browser: Browser, lab: Lab) -> None:
    clinician = Clinician(browser, lab, "stopped.ipynb")
    clinician.new_chat()
    clinician.say(REQUEST.replace("1 minute", "5 minutes"))
    clinician.approve("Specification")
    clinician.approve("Plan")
    expect(clinician.working.locator("progress[value]")).to_be_visible(timeout=60_000)
    clinician.working.get_by_role("button", name="Stop").click()
    # Two seconds on a machine of its own; the training would go on for five minutes.
    expect(clinician.working.get_by_text("Stopped: nothing runs any more.")).to_be_visible(timeout=15_000)
    assert _kernel(lab, "stopped.ipynb")["execution_state"] == "idle"
    cells = _cells(lab.root / "stopped.ipynb")
    clinician.page.wait_for_timeout(4_000)
    assert _kernel(lab, "stopped.ipynb")["execution_state"] == "idle"
    assert len(_cells(lab.root / "stopped.ipynb")) == len(cells)
    clinician.close()


def _wait_until(seen: Callable[[], bool], clinician: Clinician, seconds: int = 20) -> None:
    for _ in range(4 * seconds):
        if seen():
            return
        clinician.page.wait_for_timeout(250)
    pytest.fail(f"not seen in {seconds} s; the chat shows {clinician.texts()}")


def _kernel(lab: Lab, notebook: str) -> dict:
    return next(session["kernel"] for session in lab.get("api/sessions") if session["path"] == notebook)


def _wait_for_the_end(lab: Lab, seconds: float = 180) -> None:
    summary = lab.root / "study-study" / "summary.json"
    deadline = time.monotonic() + seconds
    while not (summary.exists() and _kernel(lab, "study.ipynb")["execution_state"] == "idle"):
        assert time.monotonic() < deadline, "the study did not end"
        time.sleep(0.5)
    time.sleep(1)


def _cells(path: Path) -> list[dict]:
    return json.loads(path.read_text())["cells"]


def _every_cell_is_there_once(path: Path) -> None:
    cells = _cells(path)
    assert max(Counter(cell["id"] for cell in cells).values()) == 1
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert max(Counter("".join(cell["source"]) for cell in code).values()) == 1
    assert len(code) >= 8
    assert all(cell["execution_count"] and cell["outputs"] for cell in code)
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]


def _show_the_heat_maps(clinician: Clinician) -> None:
    heat_maps = clinician.page.locator(".jp-CodeCell", has_text="What does the model look at?").locator("img").first
    for _ in range(3):  # outputs above it are drawn on the way and push it on
        heat_maps.evaluate("image => image.scrollIntoView({block: 'start'})")
        clinician.page.wait_for_timeout(700)
    expect(heat_maps).to_be_in_viewport()
