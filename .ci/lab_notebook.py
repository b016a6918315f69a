"""Write the notebook that ``make lab`` opens: what to type, and an empty cell."""

import sys
from pathlib import Path

import nbformat.v4 as v4
from nbformat import write

TEXT = """# Type a request

Open the chat (the speech bubble in the left sidebar), start a new chat, and write for example:

> Separate melanoma from nevus in data. Missing a melanoma is much worse than a false alarm. You have 3 minutes.

> Unterscheide Melanome von Nävi in data. Ein übersehenes Melanom ist viel schlimmer als ein Fehlalarm. Du hast 3 Minuten.

or run the next cell. The images in `data` are phantoms: they show no patient."""

REQUEST = """%load_ext jupyter_clinagent
%clinagent tell melanoma from nevus in data/; missing a melanoma is worse than a false alarm; 3 minutes"""

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
"""Named, or JupyterLab asks for it in a dialog that swallows the first click."""

path = Path(sys.argv[1])
if not path.exists():
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [v4.new_markdown_cell(TEXT), v4.new_code_cell(REQUEST)]
    write(v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
