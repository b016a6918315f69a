"""What is done about a message that comes after a study: each wish in it in turn, a question answered from the facts."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from jupyter_clinagent.agent.playbook.asking import Question, ask
from jupyter_clinagent.agent.playbook.conversation.catalogue import able, catalogue, family_of, is_read, nearest
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.hearing import corrected, hear, parts_of
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.drafting import able as could_study
from jupyter_clinagent.agent.playbook.drafting import refuse_if_out_of_scope
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.lang.grammar import words_in

REPLACED = (
    "Another study was begun in this notebook after the finished one and stands in its memory now. To go on with the finished "
    "one, run its cells again from the top, or ask for that study anew."
)
_BEGIN, _STAY = "begin another study", "stay with this one"
_STAYS = "Its record, report and model stay on disk in either case."
_SEVERITY = ("failed", "stopped", "bad_input", "refused", "rejected", "done", "answered")
"""Of several wishes in one message: how the turn ended, the worst first."""


class Wish(NamedTuple):
    """What a message asks for, and the family that does it."""

    family: Family
    heard: Heard


def reply(turn: Turn) -> Step | None:
    """The next step of a turn whose message is about a study of this conversation; None where it asks for a new one."""
    past, whole = Past(turn.earlier), hear(turn.request)
    if not past.finished and whole.may_begin_study and not whole.is_open:
        return None
    if wishes := wishes_in(turn.request, past):
        done = past.finished or _are_met(wishes, past)
        return _with_the_rest(_act(turn, wishes, past), turn.request, past) if done else _none_yet(wishes)
    return _unread(turn, whole) if past.finished else None


def _with_the_rest(step: Step, text: str, past: Past) -> Step:
    """The last word, with what of the message was not read: it is not done in passing, nor dropped."""
    heard = [hear(text[start:stop]) for start, stop in parts_of(text)]
    left = [one.text.strip(" .!?") for one in heard if _wants(one) and family_of(one, past) is None]
    if step.tool != "finish" or not left or len(heard) < 2:
        return step
    arguments = step.arguments or {}
    return finish(
        arguments["status"], f"{arguments['message']}\n\nNot done: “{'”, “'.join(left)}”. Ask for it in a message of its own."
    )


def _wants(heard: Heard) -> bool:
    """Whether a part of a message says by itself that something is wanted."""
    return bool(heard.intent.task or heard.asks or heard.plain.startswith(tuple(f"{verb} " for verb in words_in("talk.let_me"))))


def aside(turn: Turn, said: str) -> Step | None:
    """What is done about a sentence that was said in answer to a question and is none; None where it may be one."""
    past = Past(turn.earlier) if Past(turn.earlier).finished else Past(turn.calls)
    if wishes := wishes_in(said, past):
        if _are_met(wishes, past):
            return _act(replace(turn, request=said), wishes, past)
        return finish("answered", "That is about a finished study, and none is finished here yet.")
    return (
        finish("answered", "It decides how this study goes on; say “you choose”, and I take the proposed one.")
        if hear(said).asks
        else None
    )


def asked_at_card(turn: Turn, said: str) -> str | None:
    """The answer to a question that was written on a card instead of a change; None where it is no question."""
    if not hear(said).asks:
        return None
    past = Past(turn.calls)
    asked = [wish for wish in wishes_in(said, past) if wish.family.kind == "question"]
    if asked and _are_met(asked, past):
        return str((_act(turn, asked, past).arguments or {})["message"])
    return "I can't answer that before this study has figures. Approve the card, or write what should be different."


def wishes_in(text: str, past: Past) -> list[Wish]:
    """Every wish and question of a message, in its order."""
    text = corrected(text)
    whole = hear(text)
    if found := next((one for one in catalogue() if one.whole and is_read(one, whole, past)), None):
        return [Wish(found, whole)]
    wishes = [Wish(family, hear(part)) for part in _gathered(text, past) if (family := family_of(hear(part), past))]
    return [] if whole.begins_study and all(wish.family.kind == "wish" for wish in wishes) else wishes


def _gathered(text: str, past: Past) -> list[str]:
    """The parts of a message that are wishes; what is none by itself, or says only how long, belongs to the one before."""
    spans: list[tuple[int, int]] = []
    names: list[str | None] = []
    for start, stop in parts_of(text):
        heard = hear(text[start:stop])
        family = family_of(heard, past)
        name = family.name if family and not _says_only_how_long(heard) else None
        if spans and (name is None or names[-1] in (None, name)):
            spans[-1], names[-1] = (spans[-1][0], stop), names[-1] or name
        else:
            spans.append((start, stop))
            names.append(name)
    return [text[start:stop] for start, stop in spans] if len(spans) > 1 else [text]


def _says_only_how_long(heard: Heard) -> bool:
    trains = heard.has(words_in("talk.trains"))
    return heard.intent.minutes is not None and heard.intent.follow_up is None and not trains


def _are_met(wishes: list[Wish], past: Past) -> bool:
    """Whether there is what they need."""
    return all(past.has(wish.family.needs) for wish in wishes)


def _none_yet(wishes: list[Wish]) -> Step | None:
    """A question about a study where none is finished; anything else is read as a request."""
    if not any(wish.family.kind != "wish" and _is_of_a_study(wish.heard) for wish in wishes):
        return None
    return _no_figures()


def _is_of_a_study(heard: Heard) -> bool:
    """Whether a question is about what was done: “is it …?”, and not “is the lung healthy?”."""
    return heard.is_open or (heard.asks and heard.has(words_in("heard.it")))


def _no_figures() -> Step:
    said = "No study has been finished in this conversation, so I have no figures to answer from."
    return finish("answered", f"{said} {could_study()}")


def needs_study(text: str) -> Step | None:
    """Why nothing comes of a message that only makes sense after a study, where none was finished; None for others."""
    return _no_figures() if wishes_in(text, Past(())) else None


def _act(turn: Turn, wishes: list[Wish], past: Past) -> Step:
    """The next step of the first wish that is not done; the last word of all of them together where all are."""
    said, ends = list[str](), list[str]()
    for family, heard in wishes:
        if past.replaced and family.kind != "question" and family.needs:
            step = finish("answered", REPLACED)
        else:
            now = Past((*past.earlier, *turn.calls)) if family.kind == "question" else past  # what a wish just changed
            step = family.acts(turn, heard, now)
        if step.tool != "finish":
            return step
        said.append(str((step.arguments or {})["message"]))
        ends.append(str((step.arguments or {})["status"]))
    return finish(min(ends, key=_SEVERITY.index), "\n\n".join(dict.fromkeys(said)))


def _surely_begins(heard: Heard) -> bool:
    """Whether a message is plainly the request for another study: it names data or a task, and several findings or all."""
    asks_for_one = bool(heard.intent.task or heard.intent.all_classes) and not heard.asks
    return heard.begins_study or asks_for_one


def _begins(turn: Turn, heard: Heard) -> bool:
    """Whether another study is wanted, by whoever said something that may ask for one."""
    text = f"“{heard.text.strip()}” may ask for another study, which would take the place of the finished one here. Begin it?"
    return ask(turn, Question("another", text, (_BEGIN, _STAY), _STAY, changes=_STAYS)).text == _BEGIN


def _unread(turn: Turn, heard: Heard) -> Step | None:
    """What no family reads: out of scope, another study, or not understood."""
    if not heard.is_open:
        refuse_if_out_of_scope(heard.intent)
        if heard.may_begin_study and (_surely_begins(heard) or _begins(turn, heard)):
            return None
    if not heard.plain:
        return finish("answered", f"The study of this notebook is finished. {able()}")
    near = ", ".join(f"“{example}”" for example in nearest(heard.text))
    return finish(
        "answered", f"I did not understand “{heard.text.strip()}”. The nearest that I can do: {near}. Say “help” for all of it."
    )
