"""The two minds: the built-in playbook, or any LangChain chat model; and a scripted one for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from jupyter_clinagent.agent.playbook.model import PlaybookChatModel
from jupyter_clinagent.errors import BadInput

PLAYBOOK = "playbook"


def make_model(spec: str | None) -> BaseChatModel:
    """The chat model behind a name.

    Parameters
    ----------
    spec
        ``None`` or ``"playbook"``, or ``provider:model`` as in ``openai:gpt-5``, ``anthropic:claude-sonnet-5``,
        ``ollama:llama3``. A hospital's own gateway is reached as ``openai:NAME`` with ``OPENAI_BASE_URL`` set. Keys come
        from the environment, never from a notebook.

    Raises
    ------
    BadInput
        If the name is not understood or the provider's package is not installed.
    """
    if spec in (None, "", PLAYBOOK):
        return PlaybookChatModel()
    from langchain.chat_models import init_chat_model

    provider, _, name = str(spec).partition(":")
    if not name:
        raise BadInput(
            f"“{spec}” names no model; write provider:model, for example openai:gpt-5, or leave it out for the built-in playbook."
        )
    try:
        model = init_chat_model(name, model_provider=provider)
    except ImportError as error:
        raise BadInput(f"The provider “{provider}” is not installed; install jupyter_clinagent[{provider}].") from error
    except ValueError as error:
        raise BadInput(f"The model “{spec}” can't be used: {str(error).splitlines()[0]}") from error
    except Exception as error:  # each provider has an error of its own for a missing key
        raise BadInput(f"The model “{spec}” can't be used: {type(error).__name__}. Is its key in the environment?") from error
    assert isinstance(model, BaseChatModel)
    return model


def mind_of(spec: str | None) -> str:
    """How the mind at work is called wherever it speaks."""
    return "built-in playbook, no language model" if spec in (None, "", PLAYBOOK) else f"language model {spec}"


class ScriptedChatModel(BaseChatModel):
    """Says what it is told to, message by message; for tests and demonstrations.

    Examples
    --------
    >>> model = ScriptedChatModel(script=[AIMessage("Hello.")])
    >>> model.invoke("hi").content
    'Hello.'
    """

    script: list[AIMessage]
    _next: int = PrivateAttr(default=0)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "clinagent-scripted"

    @property
    def seen(self) -> list[list[BaseMessage]]:
        """The messages of each call so far."""
        return self._seen

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """The script names the tools."""
        return self

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        self._seen.append(list(messages))
        message = self.script[self._next] if self._next < len(self.script) else AIMessage("")
        self._next += 1
        return ChatResult(generations=[ChatGeneration(message=message)])
