"""What the package says, read from its own source: every sentence of its code and templates, with named gaps.

The code speaks English and knows nothing of languages; this is how :mod:`.checking` learns what there is to translate.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, nodes

from jupyter_clinagent.lang.matching import cuts

PACKAGE = Path(__file__).parents[1]
SILENT = ("_labextension", "lang", "schemas", "phantoms", "testing.py", "agent/prompts", "_version.py")
"""Parts of the package that say nothing to a clinician."""
_WORD = re.compile(r"[A-Za-z]{2,}")
_HOLE = re.compile(r"\{(\w+)\}")
_BLOCKS = (
    "p|li|ul|ol|t[rhd]|thead|tbody|table|caption|h\\d|div|section|figure|figcaption|br|header|footer|main|nav|summary|details"
    "|dl|dt|dd|html|head|body|title|style|meta|pre"
)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})\b[^>]*>")
_PASSES_ON = ("len", "str", "round", "max", "min", "sum", "repr", "sorted")
"""Functions after whose argument a gap is called, and methods after whose object."""
_LEAVES = ("strip", "rstrip", "lower", "upper", "nunique", "title", "casefold")


class Said(NamedTuple):
    """One sentence of the source, with ``{gaps}``, and the file in which it stands."""

    text: str
    file: str
    line: int


def said_in_package() -> list[Said]:
    """Every sentence of the package that a person may see, in the order of its files."""
    files = sorted(p for p in PACKAGE.rglob("*") if p.suffix in _READ and not _is_silent(p))
    return [said for path in files for said in said_in(path)]


def _is_silent(path: Path) -> bool:
    name = path.relative_to(PACKAGE).as_posix()
    return any(name == part or name.startswith(f"{part}/") for part in SILENT)


def said_in(path: Path) -> Iterator[Said]:
    """The sentences of one file."""
    name = path.relative_to(PACKAGE).as_posix()
    for text, line in _READ[path.suffix](path.read_text(encoding="utf-8")):
        for sentence in sentences(text):
            yield Said(sentence, name, line)


def sentences(text: str) -> list[str]:
    """A text with gaps in its sentences; what is only a gap is none."""
    stops, starts = zip(*cuts(text), strict=True) if cuts(text) else ((), ())
    parts = [text[start:stop].strip() for start, stop in zip((0, *starts), (*stops, len(text)), strict=True)]
    return [part for part in parts if _WORD.search(_HOLE.sub("", part))]


# ------------------------------------------------------------------ code
def _of_code(source: str) -> Iterator[tuple[str, int]]:
    tree = ast.parse(source)
    silent = {id(node) for node in _unspoken(tree)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            yield _joined(node), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def _unspoken(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings and annotations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.AnnAssign):
            yield from ast.walk(node.annotation)
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield from ast.walk(node.format_spec)


def _joined(node: ast.JoinedStr) -> str:
    names: dict[str, int] = {}
    parts = [
        part.value if isinstance(part, ast.Constant) else "{" + _numbered(_gap(part.value), names) + "}"
        for part in node.values
        if isinstance(part, ast.Constant | ast.FormattedValue)
    ]
    return "".join(map(str, parts))


def _numbered(name: str, names: dict[str, int]) -> str:
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name}{names[name]}"


def _gap(node: ast.AST) -> str:
    """A name for what fills a gap: the variable's, the attribute's, or that of the function that makes it."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Attribute(attr="join"), args=[only, *_]):
            return _gap(only)
        case ast.Call(func=ast.Name(id=name), args=[only, *_]) if name in _PASSES_ON:
            return _gap(only)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _LEAVES:
            return _gap(inner)
        case ast.Call(func=func):
            return _gap(func)
        case ast.Subscript(value=inner) | ast.Starred(value=inner) | ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner):
            return _gap(inner)
        case ast.JoinedStr():
            return next((_gap(p.value) for p in node.values if isinstance(p, ast.FormattedValue)), "what")
        case ast.BinOp(left=ast.Constant(), right=inner) | ast.BinOp(left=inner):
            return _gap(inner)
        case ast.IfExp(body=ast.Constant(value="s")) | ast.IfExp(orelse=ast.Constant(value="s")):
            return "s"
        case ast.IfExp(body=inner):
            return _gap(inner)
        case _:
            return "what"


# ------------------------------------------------------------------ templates
def _of_template(source: str) -> Iterator[tuple[str, int]]:
    for node in Environment().parse(source).find_all((nodes.Output, nodes.Const)):
        if isinstance(node, nodes.Output):
            for block in _BLOCK.split(_filled(node)):
                yield re.sub(r"\s+", " ", block) if "<" in source else block, node.lineno
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            yield node.value, node.lineno


def _filled(node: nodes.Output) -> str:
    names: dict[str, int] = {}
    return "".join(
        part.data if isinstance(part, nodes.TemplateData) else "{" + _numbered(_filling(part), names) + "}" for part in node.nodes
    )


def _filling(node: nodes.Node) -> str:
    match node:
        case nodes.Name(name=name) | nodes.Getattr(attr=name):
            return str(name)
        case nodes.Filter(node=inner) if inner is not None:
            return _filling(inner)
        case nodes.Call(node=inner):
            return _filling(inner)
        case nodes.Filter(name=name):
            return str(name)
        case _:
            return "what"


# ------------------------------------------------------------------ data
def _of_data(source: str) -> Iterator[tuple[str, int]]:
    """What a table of words explains: its texts that are sentences, for all others are words to be read."""
    for text in _texts(tomllib.loads(source)):
        if text.rstrip().endswith("."):
            yield text, 0


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


_READ: dict[str, Callable[[str], Iterator[tuple[str, int]]]] = {".py": _of_code, ".j2": _of_template, ".toml": _of_data}
"""How the kinds of files are read."""
