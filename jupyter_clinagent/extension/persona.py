"""ClinAgent in Jupyter AI's chat."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_ai_persona_manager import BasePersona, PersonaDefaults
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent.errors import ClinAgentError
from jupyter_clinagent.extension.chat import PERSONA_NAME
from jupyter_clinagent.lang import language_of, speak

if TYPE_CHECKING:
    from jupyterlab_chat.models import Message

    from jupyter_clinagent.extension.desk import Desk


class ClinAgentPersona(BasePersona):  # type: ignore[misc]
    """Hands each message to the desk and returns at once: jobs outlive messages, tabs and chats."""

    @property
    def defaults(self) -> PersonaDefaults:
        """Name and picture in the chat."""
        return PersonaDefaults(
            name=PERSONA_NAME,
            description="Builds and judges clinical imaging models in the notebook in front of you.",
            avatar_path=str(Path(__file__).with_name("avatar.svg")),
            system_prompt="",
        )

    async def prepare(self) -> None:
        """Load the agent when the persona is chosen, so that the first answer comes at once."""
        await self._desk.prepare()

    async def process_message(self, message: Message) -> None:
        """Take a message of the clinician."""
        said = message.body.replace(f"@{PERSONA_NAME}", "").strip()
        try:
            reply = await self._desk.receive(said, message.sender, self.get_chat_path(relative=True))
        except ClinAgentError as error:
            reply = speak(str(error), language_of(said))
        if reply:
            self.send_message(reply)

    @property
    def _desk(self) -> Desk:
        desk: Desk = ServerApp.instance().web_app.settings["clinagent"]
        return desk
