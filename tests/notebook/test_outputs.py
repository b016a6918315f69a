from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_clinagent.notebook.outputs import Appended, Change, Cleared, OutputReducer, Replaced, Terminal, TextChanged

TEXTS = st.lists(st.text(alphabet="ab é✓\n\r\b", max_size=12), max_size=12)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_replaying_the_changes_gives_the_text_on_the_screen(texts: list[str]) -> None:
    terminal, document = Terminal(), b""
    for text in texts:
        change = terminal.feed(text)
        document = document[: change.kept_bytes] + change.tail.encode()
        assert document.decode() == terminal.text


@given(st.text(alphabet="ab\n\r\b", max_size=40))
@settings(deadline=None)
def test_how_the_text_is_cut_into_pieces_makes_no_difference(text: str) -> None:
    whole, pieces = Terminal(), Terminal()
    whole.feed(text)
    for character in text:
        pieces.feed(character)
    assert whole.text == pieces.text


def test_a_carriage_return_overwrites_and_a_backspace_steps_back() -> None:
    terminal = Terminal()
    terminal.feed("100 %\r 99\nab\b\bA\n")
    assert terminal.text == " 99 %\nAb\n"


def test_a_change_leaves_settled_lines_alone() -> None:
    terminal = Terminal()
    terminal.feed("één\nabc")
    assert terminal.feed("d") == TextChanged(kept_bytes=len("één\nabc".encode()), tail="d")


def test_streams_of_one_name_join_and_another_name_begins_a_new_output() -> None:
    reducer = OutputReducer()
    for name, text in [("stdout", "a"), ("stdout", "b"), ("stderr", "!"), ("stdout", "c")]:
        reducer.apply("stream", {"name": name, "text": text})
    assert [(o["name"], o["text"]) for o in reducer.outputs] == [("stdout", "ab"), ("stderr", "!"), ("stdout", "c")]


def test_a_display_between_two_prints_parts_them() -> None:
    reducer = OutputReducer()
    reducer.apply("stream", {"name": "stdout", "text": "a"})
    reducer.apply("display_data", {"data": {"text/plain": "x"}, "metadata": {}, "transient": {}})
    reducer.apply("stream", {"name": "stdout", "text": "b"})
    assert [o["output_type"] for o in reducer.outputs] == ["stream", "display_data", "stream"]


def test_an_update_replaces_every_display_of_its_id_and_keeps_their_kind() -> None:
    reducer = OutputReducer()
    shown = {"data": {"text/plain": "1"}, "metadata": {}, "transient": {"display_id": "d"}}
    reducer.apply("display_data", shown)
    reducer.apply("execute_result", {**shown, "execution_count": 3})
    changes = reducer.apply("update_display_data", {**shown, "data": {"text/plain": "2"}})
    assert [change.index for change in changes if isinstance(change, Replaced)] == [0, 1]
    assert [o["output_type"] for o in reducer.outputs] == ["display_data", "execute_result"]
    assert {o["data"]["text/plain"] for o in reducer.outputs} == {"2"}
    assert "transient" not in reducer.outputs[0]


def test_an_update_of_somebody_elses_display_changes_nothing() -> None:
    reducer = OutputReducer()
    assert reducer.apply("update_display_data", {"data": {}, "metadata": {}, "transient": {"display_id": "d"}}) == []


def test_clear_output_clears_now_or_with_the_next_output() -> None:
    reducer = OutputReducer()
    reducer.apply("stream", {"name": "stdout", "text": "old"})
    assert reducer.apply("clear_output", {"wait": True}) == []
    assert reducer.outputs[0]["text"] == "old"
    changes = reducer.apply("stream", {"name": "stdout", "text": "new"})
    assert [type(change) for change in changes] == [Cleared, Appended]
    assert reducer.apply("clear_output", {"wait": False}) == [Cleared()]
    assert reducer.outputs == []


def test_an_error_keeps_its_traceback() -> None:
    reducer = OutputReducer()
    content = {"ename": "ValueError", "evalue": "no", "traceback": ["a", "b"]}
    reducer.apply("error", content)
    assert reducer.outputs == [{"output_type": "error", **content}]


def test_messages_that_are_no_outputs_change_nothing() -> None:
    reducer = OutputReducer()
    assert [c for kind in ("status", "execute_input", "comm_open") for c in reducer.apply(kind, {})] == []


def test_mirroring_random_messages_gives_the_reducers_outputs() -> None:
    chance = random.Random(0)
    for _ in range(200):
        reducer, mirror = OutputReducer(), []
        for _ in range(30):
            for change in reducer.apply(*_message(chance)):
                _mirror(mirror, change)
        assert mirror == reducer.outputs


def _message(chance: random.Random) -> tuple[str, dict]:
    kind = chance.choice(["stream", "stream", "display_data", "update_display_data", "clear_output", "error"])
    shown = {"data": {"text/plain": str(chance.random())}, "metadata": {}, "transient": {"display_id": chance.choice("ab")}}
    contents = {
        "stream": {"name": chance.choice(["stdout", "stderr"]), "text": chance.choice(["é\n", "\rx", "abc", "\b"])},
        "clear_output": {"wait": chance.random() < 0.5},
        "error": {"ename": "E", "evalue": "", "traceback": []},
    }
    return kind, contents.get(kind, shown)


def _mirror(outputs: list[dict], change: Change) -> None:
    match change:
        case Cleared():
            outputs.clear()
        case Appended(output):
            outputs.append(dict(output))
        case Replaced(index, output):
            outputs[index] = dict(output)
        case TextChanged(kept, tail):
            outputs[-1]["text"] = outputs[-1]["text"].encode()[:kept].decode() + tail
