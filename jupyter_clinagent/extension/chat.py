"""Writing into a chat that may be closed, renamed or reloaded meanwhile."""

from __future__ import annotations

from typing import Any

from jupyter_server.serverapp import ServerApp
from jupyterlab_chat.models import MimeModel, NewMessage, User

from jupyter_clinagent.contracts import CARD_MIME
from jupyter_clinagent.notebook.rooms import Pin

PERSONA_ID = "jupyter-ai-personas::jupyter_clinagent::ClinAgentPersona"
PERSONA_NAME = "ClinAgent"


class Chat:
    """The chat of one job, held in memory between :meth:`hold` and :meth:`release`."""

    def __init__(self, app: ServerApp, path: str) -> None:
        self._pin = Pin(app, path, "chat")

    @property
    def id(self) -> str:
        """Identifies the chat, whatever it is renamed to."""
        return self._pin.file_id

    @property
    def path(self) -> str:
        """Where the chat is now, relative to the server's root."""
        return self._pin.path

    async def hold(self) -> None:
        """Keep the chat in memory though every browser may leave."""
        chat = await self._pin.hold()
        if chat.get_user(PERSONA_ID) is None:  # a chat that no browser has opened yet does not know the persona
            persona: Any = User(username=PERSONA_ID, name=PERSONA_NAME, display_name=PERSONA_NAME, bot=True)  # type: ignore[no-untyped-call]
            chat.set_user(persona)

    async def release(self) -> None:
        """Save and let go."""
        await self._pin.release()

    def say(self, text: str) -> None:
        """Add a message."""
        self._pin.document.add_message(NewMessage(body=text, sender=PERSONA_ID), trigger_actions=[])

    def post_card(self, card: dict[str, Any]) -> str:
        """Add a card and return the id of its message."""
        message = NewMessage(body=card["title"], sender=PERSONA_ID, mime_model=MimeModel(data={CARD_MIME: card}))
        message_id: str = self._pin.document.add_message(message, trigger_actions=[])
        return message_id

    def update_card(self, message_id: str, card: dict[str, Any]) -> None:
        """Redraw a card in place; one that was deleted stays deleted."""
        chat = self._pin.document
        message = chat.get_message(message_id)
        if message is not None:
            message.mime_model = MimeModel(data={CARD_MIME: card})
            chat.update_message(message)

    def interrupt_cards(self) -> None:
        """Close the cards that another process left open, for their buttons lead nowhere.

        The last progress card may say “failed”: when a server ends, its kernels die first.
        """
        cards = [(m.id, m.mime_model["data"][CARD_MIME]) for m in self._pin.document.get_messages() if _holds_card(m)]
        progress = [message for message, card in cards if card["kind"] == "progress"]
        for message, card in cards:
            if card["state"] == "open":
                self.update_card(message, card | {"state": "withdrawn"})
            elif card["state"] in ("running", "stopping") or (card["state"] == "failed" and message == progress[-1]):
                self.update_card(message, card | {"state": "interrupted"})


def _holds_card(message: Any) -> bool:
    return CARD_MIME in (message.mime_model or {}).get("data", {})
