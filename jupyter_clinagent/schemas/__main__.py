"""Writes the schemas anew."""

from jupyter_clinagent.schemas import write

for path in write():
    print(path)
