"""The language of a conversation: what the agent says leaves in the clinician's, what they answer comes back in ours.

Messages, facts and record stay English; only events and cards are translated, on their way out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from langchain_core.messages import BaseMessage, HumanMessage

from jupyter_clinagent.agent.playbook.conversation.families.language import asked_for
from jupyter_clinagent.agent.playbook.turn import settings_in, words_of
from jupyter_clinagent.contracts import Approver, Card, Decision, Event
from jupyter_clinagent.lang import ENGLISH, read_answer, speak, speak_phrase, surely_language_of, understand


def language_between(request: str | None, before: Sequence[BaseMessage]) -> str:
    """The language of a turn: the one last asked for, else that of its request, else that of the turn before.

    Parameters
    ----------
    request
        None where a turn that was cut off goes on.
    before
        The conversation so far.
    """
    said = [str(message.content) for message in before if isinstance(message, HumanMessage)]
    words = [*map(words_of, said), *([request] if request is not None else [])]
    asked = [language for text in words if (language := asked_for(text))]
    earlier = settings_in(said[-1]).language if said else ENGLISH
    return asked[-1] if asked else (surely_language_of(request or "") or earlier)


class SpokenApprover:
    """Shows cards in the clinician's language, and reads what is chosen or typed in it.

    Parameters
    ----------
    inner
        Who answers.
    language
        Tells the language; it is known only once the conversation was looked into.
    """

    def __init__(self, inner: Approver, language: Callable[[], str]) -> None:
        self._inner, self._language = inner, language

    async def decide(self, card: Card) -> Decision:
        """The decision on one card, in the words of the protocol."""
        language = self._language()
        return heard(await self._inner.decide(spoken_card(card, language)), card, language)


def spoken_card(card: Card, language: str) -> Card:
    """A card as it is seen; its choices keep the names by which they are answered, with labels beside them."""
    if language == ENGLISH:
        return card
    labels = {choice: label for choice in card.choices if (label := speak_phrase(choice, language)) != choice}
    seen = {"title": speak(card.title, language), "body": speak(card.body, language), "labels": labels, "language": language}
    return card.model_copy(update=seen)


def heard(decision: Decision, card: Card, language: str) -> Decision:
    """What was decided, where it was typed in the clinician's language."""
    if language == ENGLISH or not decision.text:
        return decision
    meant = understand(read_answer(decision.text, language), card.choices, language)
    if card.kind != "question" and decision.choice == "Change" and meant in card.choices:
        return decision.model_copy(update={"choice": meant, "text": ""})
    return decision.model_copy(update={"text": meant})


def spoken_event(event: Event, language: str) -> Event:
    """What the agent tells, as it is seen."""
    data = event.data
    if language == ENGLISH:
        return event
    if event.kind == "card":
        data = spoken_card(Card.model_validate(data), language).model_dump(mode="json")
    cell = event.kind in ("cell", "ran")  # one of text is translated already, for it stands in the notebook
    text = _headlined(event.text, language) if cell else speak(event.text, language)
    return event.model_copy(update={"text": text, "data": data, "language": language})


def _headlined(source: str, language: str) -> str:
    """Code with its first comment translated, for that is what is shown of it."""
    first, *rest = source.split("\n")
    comment = first.startswith("# ")
    return "\n".join([f"# {speak_phrase(first[2:], language, head=False)}" if comment else first, *rest])
