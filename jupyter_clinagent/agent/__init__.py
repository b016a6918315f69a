"""The agent: LangChain loop, tools, policy, and the two minds."""
