"""Cards: what waits for the clinician's word, in the chat."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

from jupyter_clinagent.contracts import Card, Decision
from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.extension.chat import Chat
from jupyter_clinagent.lang import browser_words, understand, verdict


class NoSuchCard(ClinAgentError):
    """The card was answered already, or is no longer needed."""


@dataclass
class _Open:
    card: Card
    answer: asyncio.Future[Decision]


class Cards:
    """The open cards of all jobs, by an id that nobody can guess."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    async def ask(self, chat: Chat, card: Card, card_id: str) -> Decision:
        """Post a card and wait, without limit, for the clinician."""
        shown = card.model_dump(mode="json") | {"id": card_id, "state": "open", "body": _without_title(card)}
        shown["words"] = browser_words(card.language)
        opened = _Open(card, asyncio.get_running_loop().create_future())
        self._open[card_id] = opened
        message_id = chat.post_card(shown)
        try:
            decision = await opened.answer
            shown |= {"state": "decided", "decision": decision.model_dump()}
            return decision
        finally:
            del self._open[card_id]
            if shown["state"] == "open":
                shown["state"] = "withdrawn"
            chat.update_card(message_id, shown)

    def decide(self, card_id: str, choice: str, text: str = "") -> None:
        """Answer a card, as its buttons do."""
        opened = self._open.get(card_id)
        if opened is None or opened.answer.done():
            raise NoSuchCard("this card was answered already, or is no longer needed")
        opened.answer.set_result(_decision(opened.card, choice, text))

    def hear(self, card_id: str, said: str) -> None:
        """Answer a card by a chat message: one of its choices, yes or no to what is to be approved, else a wish or an answer."""
        card = self._open[card_id].card
        meant = understand(said, card.choices, card.language)
        if card.kind != "question" and (agreed := verdict(said)) is not None:
            meant = "Approve" if agreed else "Reject"
        named = meant if meant in card.choices else None
        other = "answer" if card.kind == "question" else "Change"
        self.decide(card_id, named or other, "" if named else said.strip())


class ChatApprover:
    """:class:`~jupyter_clinagent.contracts.Approver` that asks in one chat, by button or by the next message."""

    def __init__(self, cards: Cards, chat: Chat) -> None:
        self._cards = cards
        self._chat = chat
        self._waiting: str | None = None

    async def decide(self, card: Card) -> Decision:
        """Post the card and wait for the clinician."""
        self._waiting = uuid.uuid4().hex
        try:
            return await self._cards.ask(self._chat, card, self._waiting)
        finally:
            self._waiting = None

    def hear(self, said: str) -> bool:
        """Take a chat message as the answer to the card that waits; False if none does."""
        if self._waiting is None:
            return False
        self._cards.hear(self._waiting, said)
        return True


def _decision(card: Card, choice: str, text: str) -> Decision:
    if card.kind == "question":
        return Decision(choice="answer", text=text or choice, by="in the chat")
    if choice not in card.choices:
        raise NoSuchCard(f"this card offers {', '.join(card.choices)}")
    return Decision(choice=choice, text=text, by="in the chat")


def _without_title(card: Card) -> str:
    """The body, without a heading that only repeats the card's title."""
    first, _, rest = card.body.lstrip().partition("\n")
    return rest.lstrip() if first.lstrip("# ").strip() == card.title.strip() else card.body
