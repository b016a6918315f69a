"""“I don't want 95 % sensitivity”: what is not wanted is not done, and nothing else is guessed."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered

FAMILY = Family(
    name="denied",
    help="",
    examples=("I don't want 95 % sensitivity", "don't show me the worst misses", "Zeig mir keine Fehler", "never open it again"),
    reads=lambda heard, _past: heard.denies,
    acts=answered(
        lambda _heard, _past: (
            "Nothing was done: that says what you do not want. Say what you want in its place, such as "
            "“use 90 % sensitivity”, or “undo that” to take the last change back."
        )
    ),
    rank=6,
    whole=True,
)
