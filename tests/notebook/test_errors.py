"""What a notebook shows of an error that was raised on purpose."""

from pathlib import Path

from jupyter_clinagent.notebook.headless import HeadlessNotebook


async def test_an_error_of_ours_is_one_sentence_below_its_cell_and_no_traceback(tmp_path: Path) -> None:
    async with HeadlessNotebook(tmp_path / "trial.ipynb") as notebook:
        cell = await notebook.insert("code", "from jupyter_clinagent.study import Study\nStudy('s', data='nowhere')")
        result = await notebook.run(cell.id, expected_hash=cell.hash)
    (shown,) = [output["traceback"] for output in result.outputs if output["output_type"] == "error"]
    assert result.status == "error"
    assert result.error is not None
    assert result.error[0] == "NoSuchData"
    assert len(shown) == 1
    assert shown[0].startswith("NoSuchData: ")
