"""The built-in playbook as a LangChain chat model: the same messages in, the same tool calls out as a language model's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable

from jupyter_clinagent.agent.playbook.steps import next_step
from jupyter_clinagent.agent.playbook.turn import fold


class PlaybookChatModel(BaseChatModel):
    """A deterministic planner without a language model, a network or a key.

    It reads the request with a clinical lexicon, the data with ``study.survey()``, and writes only cells that ship with
    this package. The same conversation always gives the same next step.
    """

    @property
    def _llm_type(self) -> str:
        return "clinagent-playbook"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """The playbook knows the tools already."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=_answer(messages))])

    async def _agenerate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return self._generate(messages)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        whole = _answer(messages)
        for word in str(whole.content).splitlines(keepends=True):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word, id=whole.id))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", id=whole.id, tool_calls=whole.tool_calls, chunk_position="last")
        )


def _answer(messages: list[BaseMessage]) -> AIMessage:
    step = next_step(fold(messages))
    # An id from the position in the conversation: a resumed process asks for the very same call again.
    call = hashlib.sha256(f"{len(messages)}:{step.tool}:{step.arguments}".encode()).hexdigest()[:20]
    calls = [{"name": step.tool, "args": step.arguments or {}, "id": f"call-{call}", "type": "tool_call"}] if step.tool else []
    return AIMessage(content=step.say, tool_calls=calls, id=f"playbook-{call}")
