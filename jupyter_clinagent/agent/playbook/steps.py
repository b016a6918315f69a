"""The order of a study: from what has happened so far to the next tool call, or the last word.

Every step states the exact cell it wants; if that cell has run, the next step's turn comes. So a change of mind by the
clinician reruns just what it touches, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from jupyter_clinagent.agent.playbook import cells, closing, debiasing
from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.asking import Answer, Question, ask
from jupyter_clinagent.agent.playbook.conversation.hearing import hear
from jupyter_clinagent.agent.playbook.conversation.talk import aside, asked_at_card, needs_study, reply
from jupyter_clinagent.agent.playbook.discovering import put_forward
from jupyter_clinagent.agent.playbook.draft import draft, fitted_to, offers, speaks_of
from jupyter_clinagent.agent.playbook.drafting import Draft, able, refuse_if_out_of_scope
from jupyter_clinagent.agent.playbook.experimenting import Setting, climb, refine
from jupyter_clinagent.agent.playbook.folder_question import ask_folder
from jupyter_clinagent.agent.playbook.lexicon import Intent, read_request
from jupyter_clinagent.agent.playbook.looking import asks_of_data, told
from jupyter_clinagent.agent.playbook.moves import Step, Want, approved, facts_in, finish, run, write
from jupyter_clinagent.agent.playbook.offering import offer_instead
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.restating import restated
from jupyter_clinagent.agent.playbook.strangers import names_things
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.allocation import allocation
from jupyter_clinagent.contracts import Card, Plan
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, NoSuchData, OutOfScope
from jupyter_clinagent.facts import AuditFacts, CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks import registry

DEFAULT_MINUTES = 10.0


def next_step(turn: Turn) -> Step:
    """The next step of the current turn."""
    try:
        return _study(restated(turn))
    except Want as want:
        return want.step
    except OutOfScope as error:
        return finish("refused", str(error))
    except BadInput as error:
        return finish("bad_input", str(error))


def _study(turn: Turn) -> Step:
    if (later := reply(turn)) is not None:
        return later
    intent = _intent(turn)
    refuse_if_out_of_scope(intent)
    settings = turn.settings
    looks = asks_of_data(intent)
    if not (looks or intent.may_name_data or names_things(intent)):
        _refuse_unrelated(turn, intent)
    minutes = settings.minutes or intent.minutes or DEFAULT_MINUTES
    data = _data_folder(turn, intent)
    survey = SurveyFacts.read(
        facts_in(
            run(turn, "I look at the data first.", cells.begin(settings, data, turn.request, minutes)),
            "survey",
        )
    )
    if looks:
        raise offer_instead(turn, "answered", told(survey), offers(survey))
    _refuse_unrelated(turn, intent, survey)
    drafted = _draft(turn, intent, survey, minutes)
    size, window = registry.find(drafted.specification.task).planning.size(survey, minutes)
    cohort = CohortFacts.read(
        facts_in(
            run(turn, "I load the images, keep each group together, and seal the test set.", cells.load(drafted.load)), "cohort"
        )
    )
    drafted = fitted_to(drafted, cohort)
    drafted = replace(drafted, assumptions=(*drafted.assumptions, *_warn_of_too_few(turn, cohort)))
    audited = run(turn, "I audit the data.", cells.AUDIT)
    audit = AuditFacts.read(facts_in(audited, "audit"))
    drafted = put_forward(drafted, intent, survey, audit)
    speed = SpeedFacts.read(facts_in(run(turn, "I measure how fast this machine trains.", cells.speed(size)), "speed"))
    _agree_specification(turn, drafted, survey, cohort, audited.artifact.get("cell", ""))
    agreed = turn.last("propose_specification")
    approved_by = agreed.artifact.get("by", "") if agreed else ""
    confirmation = cells.confirm(drafted.specification, approved_by)
    confirmed = run(turn, "The specification is agreed; its hash goes on the record.", confirmation)
    freeing = debiasing.freeing_rungs(drafted.specification, survey)
    plan, rungs = _agree_plan(turn, drafted, cohort, speed, confirmed, freeing, window)
    setting = Setting(survey, drafted.specification, cohort, speed, size)
    made = climb(turn, setting, plan, rungs)
    if not freeing:
        refine(turn, setting, made, drafted.specification.minutes - setting.closing)
    run(turn, "Now the test set is opened, once.", cells.UNSEAL)
    run(turn, "What does it look at?", cells.EXPLAIN)
    run(turn, "I write the report and save the model.", cells.REPORT)
    return finish("done", closing.message(turn))


# ------------------------------------------------------------------ reading
def _intent(turn: Turn) -> Intent:
    """The request with every later wish of the clinician merged in: what a wish names replaces what was said before."""
    intent = read_request(turn.request)
    for call in turn.calls:
        if _wishes(call) and call.name in ("propose_specification", "propose_plan"):
            intent = _merge(intent, read_request(call.artifact.get("text", "")))
    return intent


def _wishes(call: Call) -> bool:
    """Whether a card was answered by a wish; a question changes nothing."""
    return call.artifact.get("choice") == "Change" and not hear(call.artifact.get("text", "")).asks


def _merge(old: Intent, wish: Intent) -> Intent:
    named = {
        name: value
        for name in ("task", "risk", "risk_for", "target", "minutes", "modality", "group", "level", "data")
        if (value := getattr(wish, name)) is not None
    }
    if wish.targets and not wish.risk:
        named["targets"], named["versus_rest"], named["all_classes"] = wish.targets, wish.versus_rest, False
        named["naming"], named["asks_whether"] = wish.naming, wish.asks_whether
    if wish.all_classes:
        named["targets"], named["all_classes"] = (), True
    if wish.risk_for:
        named["risk_also_for"] = wish.risk_also_for
    if old.task in wish.declined and wish.task is None:
        named["task"] = None
    named["declined"] = tuple(name for name in (*old.declined, *wish.declined) if name != wish.task)
    named["confounders"] = tuple(dict.fromkeys((*old.confounders, *wish.confounders)))
    named["distrusts"], named["words"] = old.distrusts or wish.distrusts, (*old.words, *wish.words)
    named["excluded"] = tuple(dict.fromkeys((*old.excluded, *wish.excluded)))
    named["later"] = (*old.later, wish.text)
    named["set_aside"] = f"{old.set_aside} . {wish.set_aside}"
    return replace(old, **named)


def _refuse_unrelated(turn: Turn, intent: Intent, survey: SurveyFacts | None = None) -> None:
    """Refuse what no image can answer: by its words, and where the data are known, by theirs."""
    task = registry.tasks().get(intent.task or "")
    named = task is not None and not task.usual  # the words of the usual one are everyday words
    if named or intent.is_about_imaging or any(word in intent.words for word in known.LISTS["of_models"]):
        return
    if (none_yet := needs_study(turn.request)) is not None:
        raise Want(none_yet)
    if survey is None:
        raise OutOfScope(f"I could not find a clinical imaging task in that request. {able()}")
    if not speaks_of(intent, survey):
        could = offers(survey)
        said = " ".join(offer.sentence for offer in could) or able()
        why = f"I could not find in that request what could be learnt from these data. {said}"
        raise offer_instead(turn, "refused", why, could)


def _open_again(turn: Turn) -> Turn:
    """Without what was answered about the classes before a later wish named others."""
    changed = [k for k, call in enumerate(turn.calls) if _changes_classes(call)]
    void = set(map(id, turn.calls[: changed[-1]])) if changed else set()
    return replace(turn, calls=tuple(c for c in turn.calls if not (id(c) in void and c.artifact.get("key") == "classes")))


def _changes_classes(call: Call) -> bool:
    return _wishes(call) and _names_classes(read_request(call.artifact.get("text", "")))


def _names_classes(wish: Intent) -> bool:
    return bool(wish.targets or wish.all_classes or wish.set_aside)


def _draft(turn: Turn, intent: Intent, survey: SurveyFacts, minutes: float) -> Draft:
    answers, left = dict[str, str](), list[str]()
    while isinstance(drafted := _drafted(turn, intent, survey, answers), Card):
        key = drafted.key
        given = _answer(_open_again(turn), drafted, partial(_tried, intent, survey, answers, key))
        answers[key] = given.text
        if given.left:
            left.append(_say_left(drafted.title, given.text))
    known = {"request": turn.request, "minutes": minutes, "seed": turn.settings.seed}
    specification = drafted.specification.model_copy(update=known)
    return replace(drafted, specification=specification, assumptions=(*drafted.assumptions, *left))


def _say_left(question: str, taken: str) -> str:
    return f"“{question}” was left to me, so “{taken}” is taken."


def _drafted(turn: Turn, intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """The specification or a question; where the data hold nothing of what is asked for, what they could be used for."""
    try:
        return draft(intent, survey, answers)
    except LabelsDoNotMatch as error:
        raise offer_instead(turn, "bad_input", str(error), offers(survey)) from None


def _tried(intent: Intent, survey: SurveyFacts, answers: dict[str, str], key: str, said: str) -> None:
    """Raise BadInput where the draft can't do with an answer."""
    draft(intent, survey, answers | {key: said})


def _answer(turn: Turn, card: Card, tried: Callable[[str], object]) -> Answer:
    """The answer to a card; in words of their own where the draft can do with them."""

    def read(said: str) -> Answer | str:
        try:
            tried(said)
        except BadInput as error:
            return str(error)
        return Answer(said)

    return ask(turn, Question(card.key, card.body, tuple(card.choices), card.default), read, aside)


def _data_folder(turn: Turn, intent: Intent) -> str:
    if turn.settings.missing and not turn.settings.data:
        raise NoSuchData(turn.settings.missing)
    return turn.settings.data or intent.data or ask_folder(turn, aside).text


def _warn_of_too_few(turn: Turn, cohort: CohortFacts) -> list[str]:
    """Fewer than ten groups of a class: said first, and asked; where that was left to us, a line for the card."""
    if not cohort.too_few:
        return []
    counts = ", ".join(f"{count} of {name}" for name, count in cohort.too_few.items())
    question = (
        f"There are few independent cases ({counts}), so every figure will be too uncertain to judge the model by. "
        "Go on all the same?"
    )
    asked = Question("few", question, ("go on", "stop"), "go on", changes="With “stop” nothing is trained.")
    answer = ask(turn, asked, aside=aside)
    if answer.text == "stop":
        raise Want(finish("rejected", "Stopped before training: there are too few independent cases to judge a model by."))
    return [_say_left(question, answer.text)] if answer.left else []


# ------------------------------------------------------------------ agreements
def _approved(turn: Turn, tool: str, arguments: dict[str, Any], say: str) -> None:
    """Go on once this is approved; a question about it is answered, and the card shown again."""
    said = [call.artifact.get("text", "") for call in turn.all(tool) if call.artifact.get("choice") == "Change"]
    last = turn.last(tool)
    waits = last is not None and last.arguments == arguments and last.artifact.get("choice") == "Change"
    if waits and said[-1] not in said[:-1] and (told := asked_at_card(turn, said[-1])) is not None:
        raise Want(Step(told, tool, arguments))
    approved(turn, tool, arguments, say)


def _agree_specification(turn: Turn, drafted: Draft, survey: SurveyFacts, cohort: CohortFacts, pictured: str) -> None:
    """The card shows beside the specification where every image goes, and the pictures of each class from a cell."""
    assumptions = [*drafted.assumptions, *(a for a in cohort.assumptions if a not in drafted.assumptions)]
    spec = drafted.specification
    where = allocation(survey, cohort, spec.classes, spec.label_column)
    body = cells.specification_markdown(spec, tuple(assumptions), where)
    shown = cells.with_offers(body, drafted.offered)
    arguments = {"specification": spec.model_dump(mode="json"), "body": shown, "assumptions": assumptions, "pictured": pictured}
    _approved(turn, "propose_specification", arguments, "This is what I understood. Shall I go on?")
    write(turn, "I write the specification down.", body)


def _agree_plan(
    turn: Turn,
    drafted: Draft,
    cohort: CohortFacts,
    speed: SpeedFacts,
    confirmed: Call,
    freeing: Sequence[Rung],
    window: Size | None,
) -> tuple[Plan, list[Rung]]:
    spec, used = drafted.specification, confirmed.artifact["elapsed"] / 60
    plan, rungs = registry.find(spec.task).planning.plan(spec, cohort, speed, used, freeing, window)
    body = cells.plan_markdown(plan)
    _approved(turn, "propose_plan", {"plan": plan.model_dump(mode="json"), "body": body}, "This is how I would use the time.")
    write(turn, "I write the plan down.", body)
    return plan, rungs
