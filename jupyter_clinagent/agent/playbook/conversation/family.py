"""What a family of sentences answers for: the page to read before adding one to ``families/``.

Each of its examples is a test: its own family reads it, and no other does. Its help is what “I can …” says of it, so that nothing
can be promised that isn't done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.agent.playbook.wording import contains

Kind = Literal["wish", "question", "either"]


@dataclass(frozen=True)
class Heard:
    """One sentence, or the part of one that holds one wish."""

    text: str
    """As it was typed."""
    plain: str
    """Normalised, without words of politeness before it."""
    intent: Intent
    asks: bool
    """Whether it is a question; “can you …?” is none."""
    is_open: bool = False
    """Whether it asks why, how many, how long …: such a question is never the request for a study."""

    def has(self, phrases: Iterable[str]) -> bool:
        """Whether one of the phrases occurs."""
        return contains(self.plain, phrases)

    denies: bool = False
    """Whether it says what is not wanted."""

    @property
    def begins_study(self) -> bool:
        """Whether it names data, or several findings that aren't merely those not to be missed."""
        intent, dreaded = self.intent, {self.intent.risk_for, *self.intent.risk_also_for}
        tells_apart = len(intent.targets) > 1 and (intent.task is not None or not dreaded.issuperset(intent.targets))
        return bool(intent.data) or tells_apart

    @property
    def may_begin_study(self) -> bool:
        """Whether it could be the request for another study, where nothing else is meant."""
        return self.begins_study or bool(self.intent.is_about_imaging and (self.intent.task or self.intent.targets))


@dataclass(frozen=True)
class Family:
    """Sentences that mean the same.

    Attributes
    ----------
    name
        Its own, unique.
    help
        What it does, after “I can”; of questions, what they are about; empty for what goes without saying.
    examples
        As clinicians say it, in English and German; the first is shown.
    reads
        Whether a sentence is one of them, given what earlier turns know.
    acts
        The next step of the turn, as :mod:`.steps` asks for it.
    kind
        Whether its sentences are wishes or questions.
    rank
        Of two families that read a sentence, the lower acts.
    needs
        The kinds of facts without which it has nothing to act on.
    whole
        Whether it reads a message as a whole, which is then not taken apart.
    """

    name: str
    help: str
    examples: tuple[str, ...]
    reads: Callable[[Heard, Past], bool]
    acts: Callable[[Turn, Heard, Past], Step]
    kind: Kind = "wish"
    rank: int = 50
    needs: tuple[str, ...] = ("evaluation",)
    whole: bool = False


def answered(answer: Callable[[Heard, Past], str]) -> Callable[[Turn, Heard, Past], Step]:
    """What a family of questions does: it runs nothing and says what the facts say."""
    return lambda _turn, heard, past: finish("answered", answer(heard, past))
