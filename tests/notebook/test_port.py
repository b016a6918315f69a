"""What every implementation of the port promises."""

from __future__ import annotations

import asyncio
import time

import pytest

from jupyter_clinagent.errors import StaleCell, UnknownCell
from tests import PROMPTLY
from tests.notebook.ports import Driven


def test_cells_are_inserted_at_the_end_or_below_another(notebook: Driven) -> None:
    first = notebook.add("one = 1")
    notebook.add("three = 3")
    notebook.add("## two", "markdown", after=first.id)
    assert notebook.sources() == ["one = 1", "## two", "three = 3"]


def test_metadata_of_the_agent_goes_into_the_file_and_its_cells_are_trusted(notebook: Driven) -> None:
    notebook.add("1", metadata={"clinagent": {"step": "survey"}})
    assert notebook.do(notebook.port.snapshot())["cells"][0]["metadata"]["trusted"] is True
    assert notebook.file().cells[0].metadata["clinagent"] == {"step": "survey"}


def test_an_edit_needs_the_hash_of_what_was_read(notebook: Driven) -> None:
    cell = notebook.add("before")
    edited = notebook.do(notebook.port.edit(cell.id, "after", expected_hash=cell.hash))
    assert edited.source == "after"
    assert edited.hash != cell.hash
    for change in (
        notebook.port.edit(cell.id, "again", expected_hash=cell.hash),
        notebook.port.delete(cell.id, expected_hash=cell.hash),
        notebook.port.run(cell.id, expected_hash=cell.hash),
    ):
        with pytest.raises(StaleCell, match="read it again"):
            notebook.do(change)
    assert notebook.sources() == ["after"]


def test_an_unknown_cell_is_an_error_that_names_the_known_ones(notebook: Driven) -> None:
    cell = notebook.add("1")
    with pytest.raises(UnknownCell, match=cell.id):
        notebook.do(notebook.port.edit("nowhere", "2", expected_hash=cell.hash))
    with pytest.raises(UnknownCell):
        notebook.add("2", after="nowhere")


def test_a_cell_is_deleted(notebook: Driven) -> None:
    cell = notebook.add("1")
    notebook.do(notebook.port.delete(cell.id, expected_hash=cell.hash))
    assert notebook.sources() == []


def test_a_run_returns_streams_displays_and_the_result(notebook: Driven) -> None:
    result = notebook.run("import sys\nfrom IPython.display import HTML, display\nprint('é')\ndisplay(HTML('<b>x</b>'))\n6 * 7")
    assert result.status == "ok"
    kinds = [output["output_type"] for output in result.outputs]
    assert kinds == ["stream", "display_data", "execute_result"]
    assert result.outputs[0]["text"] == "é\n"
    assert result.outputs[1]["data"]["text/html"] == "<b>x</b>"
    assert result.outputs[2]["data"]["text/plain"] == "42"
    assert result.cell.execution_count is not None
    assert result.seconds > 0


def test_the_document_holds_what_the_run_returned(notebook: Driven) -> None:
    result = notebook.run("print('a')\nprint('b')\n'c'")
    assert notebook.outputs(result.cell.id) == result.outputs
    saved = notebook.file().cells[0]
    assert [dict(output) for output in saved.outputs] == result.outputs
    assert saved.execution_count == result.cell.execution_count


def test_cells_share_the_kernels_memory(notebook: Driven) -> None:
    notebook.run("answer = 42")
    assert notebook.run("answer").outputs[0]["data"]["text/plain"] == "42"


def test_an_exception_is_a_result(notebook: Driven) -> None:
    result = notebook.run("1 / 0")
    assert result.status == "error"
    assert result.error == ("ZeroDivisionError", "division by zero")
    assert any("ZeroDivisionError" in line for line in result.outputs[-1]["traceback"])
    assert notebook.run("'alive'").status == "ok"


def test_a_syntax_error_is_a_result(notebook: Driven) -> None:
    result = notebook.run("def (:")
    assert result.status == "error"
    assert result.error is not None
    assert result.error[0] == "SyntaxError"


def test_a_display_is_updated_in_place(notebook: Driven) -> None:
    result = notebook.run("from IPython.display import display\nh = display('a', display_id=True)\nprint('x')\nh.update('b')")
    assert [output.get("data", {}).get("text/plain") for output in result.outputs] == ["'b'", None]
    assert notebook.outputs(result.cell.id) == result.outputs


def test_a_later_cell_updates_the_display_of_an_earlier_one(notebook: Driven) -> None:
    first = notebook.run("from IPython.display import display\nh = display('a', display_id=True)")
    notebook.run("h.update('c')")
    _eventually(lambda: notebook.outputs(first.cell.id)[0]["data"]["text/plain"] == "'c'")


def test_carriage_returns_and_clear_output_are_honoured(notebook: Driven) -> None:
    result = notebook.run("for i in range(5):\n    print(f'\\r{i} of 5', end='', flush=True)")
    assert notebook.outputs(result.cell.id)[0]["text"] == "4 of 5"
    cleared = notebook.run("from IPython.display import clear_output\nprint('old')\nclear_output(wait=True)\nprint('new')")
    assert cleared.outputs == [{"output_type": "stream", "name": "stdout", "text": "new\n"}]


def test_an_image_arrives_whole(notebook: Driven) -> None:
    result = notebook.run(
        "from IPython.display import Image, display\nimport base64\n"
        "display(Image(base64.b64decode('iVBORw0KGgo='), format='png'))"
    )
    assert result.outputs[0]["data"]["image/png"].startswith("iVBORw0KGgo")


def test_the_listener_hears_streams_displays_and_updates(notebook: Driven) -> None:
    heard: list[dict] = []
    notebook.run(
        "from IPython.display import display\nh = display('a', display_id=True)\nprint('x')\nh.update('b')", listener=heard.append
    )
    plain = [output.get("text") or output["data"]["text/plain"] for output in heard]
    assert "".join(plain).replace("\n", "") == "'a'x'b'"


def test_ten_thousand_lines_arrive_in_order(notebook: Driven) -> None:
    result = notebook.run("for i in range(10_000):\n    print(i)")
    assert result.outputs[0]["text"] == "".join(f"{i}\n" for i in range(10_000))
    assert notebook.outputs(result.cell.id) == result.outputs


def test_an_interrupt_stops_the_cell_and_the_kernel_lives(notebook: Driven) -> None:
    cell = notebook.add("import time\nfor i in range(600):\n    time.sleep(0.1)")

    async def run_and_interrupt() -> tuple[str, float]:
        running = asyncio.ensure_future(notebook.port.run(cell.id, expected_hash=cell.hash))
        await asyncio.sleep(1)
        began = time.monotonic()
        await notebook.port.interrupt()
        return (await running).status, time.monotonic() - began

    status, seconds = notebook.do(run_and_interrupt())
    assert status == "interrupted"
    assert seconds < PROMPTLY
    assert notebook.run("1").status == "ok"


def test_restore_puts_every_cell_back_byte_for_byte(notebook: Driven) -> None:
    kept = notebook.run("'kept'").cell
    gone = notebook.add("to be deleted", "markdown")
    before = notebook.do(notebook.port.snapshot())
    notebook.do(notebook.port.edit(kept.id, "changed", expected_hash=kept.hash))
    notebook.do(notebook.port.delete(gone.id, expected_hash=gone.hash))
    notebook.run("'added'")
    notebook.do(notebook.port.restore(before))
    assert notebook.do(notebook.port.snapshot())["cells"] == before["cells"]


def _eventually(true: object, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
