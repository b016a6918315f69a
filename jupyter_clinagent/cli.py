"""``jupyter clinagent``: run a study, make phantoms, export, verify, evaluate, predict.

Exit codes: 0 done, 1 a defect (``verify``: different), 2 bad input, 3 an answer is needed, 4 refused or out of scope.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from jupyter_clinagent import versions
from jupyter_clinagent._version import __version__
from jupyter_clinagent.errors import AnswerNeeded, BadInput, ClinAgentError
from jupyter_clinagent.lang import ENGLISH, language_of, languages, speak, speak_phrase
from jupyter_clinagent.summary import SUMMARY

DEMO_REQUEST = "tell melanoma from nevus; missing a melanoma is worse than a false alarm"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    arguments = _understood(list(sys.argv[1:] if argv is None else argv))
    result = _result_of(arguments)
    if getattr(arguments, "json", None) and not Path(arguments.json).is_dir():
        result = _written(result, Path(arguments.json))
    return int(result["exit"])


def _understood(argv: list[str]) -> argparse.Namespace:
    """The arguments; where they make no sense, a command that says so, for the JSON summary has to tell of it, too."""
    try:
        return _parser().parse_args(argv)
    except BadInput as error:
        said = error  # the name of an exception ends with its block

    def refuse(_: argparse.Namespace) -> NoReturn:
        raise said

    return argparse.Namespace(command=refuse, summarised=argv[:1] == ["run"], json=_json_file(argv))


def _json_file(argv: list[str]) -> str | None:
    """What ``--json`` names, whatever else is wrong."""
    only = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    only.add_argument("--json")
    try:
        return str(name) if (name := only.parse_known_args(argv)[0].json) else None
    except argparse.ArgumentError:
        return None


def _result_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command gave, or how it failed: in one line, with a traceback only where it is our fault."""
    try:
        _check_json(arguments)
        result: dict[str, Any] = arguments.command(arguments)
    except ClinAgentError as error:
        return _failed(arguments, error.exit_code, str(error))
    except OSError as error:
        what = f"{error.filename} can't be read or written" if error.filename else "A file can't be read or written"
        return _failed(arguments, BadInput.exit_code, f"{what}: {error.strerror or error}.")
    except KeyboardInterrupt:
        return _failed(arguments, 1, "stopped")
    except Exception as error:  # the JSON summary has to tell of it, too
        traceback.print_exc()
        return _failed(arguments, 1, f"This is a defect of clinagent ({type(error).__name__}: {error}); please report it.")
    return result


def _failed(arguments: argparse.Namespace, code: int, message: str) -> dict[str, Any]:
    print(f"jupyter clinagent: {speak(message, _spoken(arguments))}", file=sys.stderr)
    keys = SUMMARY if arguments.summarised else {}
    question = message if code == AnswerNeeded.exit_code else None
    return {**keys, "schema": versions.SUMMARY, "exit": code, "error": message, "question": question}


def _spoken(arguments: argparse.Namespace) -> str:
    """The language of what is printed."""
    return getattr(arguments, "language", None) or language_of(getattr(arguments, "request", ""))


def _check_json(arguments: argparse.Namespace) -> None:
    """Better now than after the training."""
    if getattr(arguments, "json", None):
        folder = Path(arguments.json).absolute().parent
        folder.mkdir(parents=True, exist_ok=True)
        if Path(arguments.json).is_dir():
            raise BadInput(f"{arguments.json} is a folder; --json takes the name of a file.")


def _written(result: dict[str, Any], path: Path) -> dict[str, Any]:
    try:
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        print(f"jupyter clinagent: The summary can't be written to {path}: {error.strerror}.", file=sys.stderr)
        return result | {"exit": result["exit"] or BadInput.exit_code}
    return result


# ------------------------------------------------------------------ commands
def _run(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent.runner import RunOptions, run

    answers = dict(_pair(x) for x in a.answer)
    given = (a.request, a.data, a.minutes, a.output, a.model, a.yes, answers, a.dry_run, a.seed, a.grant_cells, a.language)
    result = run(RunOptions(*given))
    if result["exit"] == 0 and not a.dry_run:
        _where(result, _spoken(a))
    return result


def _demo(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent import phantoms
    from jupyter_clinagent.runner import RunOptions, run

    folder = _empty(a.folder)
    print(f"Making {a.n} phantom dermoscopy images in {folder / 'data'}; they show no patient.")
    phantoms.write("triage", folder / "data", n=a.n, seed=0)
    print(f"Request: “{DEMO_REQUEST}”\n")
    result = run(RunOptions(DEMO_REQUEST, folder / "data", a.minutes, folder / "melanoma-triage.ipynb", yes=True))
    if result["exit"] == 0:
        _where(result)
    return result


def _where(result: dict[str, Any], language: str = ENGLISH) -> None:
    figures = Path(result["report"]).parent / "figures"
    places = {"Notebook": result["notebook"], "Report": result["report"], "Heat maps": figures, "Bundle": result["bundle"]}
    print()
    for name, place in places.items():
        print(f"{speak_phrase(name, language):<11} {place}")
    print(speak(f"All of it took {result['seconds']:.0f} s.", language))


def _phantom(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent.tasks import registry

    known = registry.phantoms()
    if a.kind not in known:
        raise BadInput(f"There are no phantoms of kind “{a.kind}”; there are: {', '.join(known)}.")
    folder = _empty(a.folder)
    known[a.kind].phantom.write(a.kind, folder, a.n, a.seed, a.difficulty)
    print(f"{a.n} phantom images ({a.kind}, {a.difficulty}) in {folder}")
    return {"schema": versions.SUMMARY, "exit": 0, "error": None, "folder": str(folder)}


def _export(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent.export.bundle import export

    a.output.absolute().parent.mkdir(parents=True, exist_ok=True)
    bundle = export(a.notebook, a.output, with_images=a.with_images, show=_findings)
    print(f"Bundle {bundle.path} ({bundle.path.stat().st_size / 1e6:.1f} MB)")
    return {"schema": versions.SUMMARY, "exit": 0, "error": None, "bundle": str(bundle.path), "findings": bundle.findings}


def _findings(found: list[str]) -> None:
    """Before anything is written, so that an interrupt still stops it."""
    print("\n".join(found) or "No identifier was found in what goes into the bundle.", flush=True)


def _verify(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent.export.verify import verify

    verdict = verify(a.bundle, a.data, progress=print)
    print(verdict.message)
    return {
        "schema": versions.SUMMARY,
        "exit": 0 if verdict.same else 1,
        "error": None if verdict.same else verdict.message,
        **verdict.as_dict(),
    }


def _evaluate(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent.export.evaluate import evaluate

    result = evaluate(a.bundle, a.data, dict(_pair(x) for x in a.map))
    print(result["text"])
    return {"schema": versions.SUMMARY, "exit": 0, "error": None, **result}


def _predict(a: argparse.Namespace) -> dict[str, Any]:
    from jupyter_clinagent.export.predict import predict

    a.output.absolute().parent.mkdir(parents=True, exist_ok=True)
    rows, refused = predict(a.bundle, a.images, a.output, a.cases)
    for line in refused:
        print(f"not read: {line}", file=sys.stderr)
    print(f"{rows} predictions in {a.output}. Research use only; not a medical device.")
    return {
        "schema": versions.SUMMARY,
        "exit": 0 if rows else 2,
        "error": None if rows else "no image could be read",
        "predictions": str(a.output),
    }


# ------------------------------------------------------------------ arguments
class _Parser(argparse.ArgumentParser):
    """Raises where argparse would end the process."""

    def error(self, message: str) -> NoReturn:
        """Show the usage; the caller says what is wrong."""
        self.print_usage(sys.stderr)
        raise BadInput(f"{message} (see {self.prog} --help).")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="jupyter clinagent", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _building(commands)
    _passing_on(commands)
    return parser


def _building(commands: Any) -> None:
    """Commands that make a study, or images for one."""
    run = _command(commands, "run", _run, "build a model from one sentence")
    run.add_argument("request", metavar="REQUEST")
    run.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the images")
    run.add_argument("--minutes", type=_positive, help="wall time from request to report")
    run.add_argument("-o", "--output", type=Path, metavar="FILE.ipynb")
    run.add_argument("--model", metavar="SPEC", help="provider:model of a language model; default: the built-in playbook")
    run.add_argument(
        "--yes", action="store_true", help="approve the specification and the plan, take every default; nothing else"
    )
    run.add_argument(
        "--grant-cells",
        action="store_true",
        help="cells that a language model (--model) writes run without being shown to anybody; at your own risk",
    )
    run.add_argument("--language", choices=languages(), help="speak it, whatever the request is written in")
    run.add_argument("--answer", action="append", default=[], metavar="KEY=VALUE", help="answer a question in advance")
    run.add_argument("--dry-run", action="store_true", help="specification and plan only")
    run.add_argument("--seed", type=int, default=0, help="of the split and of every training (default 0)")
    run.add_argument("--json", metavar="FILE")

    demo = _command(commands, "demo", _demo, "the whole path on phantom images")
    demo.add_argument("folder", type=Path, nargs="?", default=Path("clinagent-demo"))
    demo.add_argument("--n", type=int, default=400)
    demo.add_argument("--minutes", type=_positive, default=2.0)
    demo.add_argument("--json", metavar="FILE")

    phantom = _command(commands, "phantom", _phantom, "write synthetic images with known truth")
    phantom.add_argument("kind", metavar="KIND", help="triage, dermoscopy, chest, wrist, wrist-weak, or another task's")
    phantom.add_argument("folder", type=Path, metavar="DIR")
    phantom.add_argument("--n", type=int, default=400)
    phantom.add_argument("--seed", type=int, default=0)
    phantom.add_argument("--difficulty", choices=("easy", "hard"), default="easy")


def _passing_on(commands: Any) -> None:
    """Commands for a finished study: packed, replayed, tried elsewhere."""
    export = _command(commands, "export", _export, "make a bundle that another machine can verify")
    export.add_argument("notebook", type=Path, metavar="FILE.ipynb")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="BUNDLE.zip")
    export.add_argument("--with-images", action="store_true", help="leave patients' images in the figures")

    verify = _command(commands, "verify", _verify, "replay a bundle in a fresh kernel and compare every figure")
    verify.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    verify.add_argument("--data", type=Path, required=True, metavar="DIR")
    verify.add_argument("--json", metavar="FILE")

    evaluate = _command(commands, "evaluate", _evaluate, "try a bundle on another hospital's labelled folder")
    evaluate.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    evaluate.add_argument("--data", type=Path, required=True, metavar="DIR")
    evaluate.add_argument("--map", action="append", default=[], metavar="OLD=NEW", help="their label value = the model's class")
    evaluate.add_argument("--json", metavar="FILE")

    predict = _command(commands, "predict", _predict, "scores for images (no torch needed)")
    predict.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    predict.add_argument("images", type=Path, nargs="+", metavar="IMAGES")
    predict.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.csv")
    predict.add_argument(
        "--cases", metavar="TABLE.csv|folders", help="which images get one answer, where the study gave one for several"
    )


def _command(commands: Any, name: str, function: Any, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what)
    parser.set_defaults(command=function, summarised=name == "run")
    return parser


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 100_000:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of minutes above 0")
    return value


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise BadInput(f"“{text}” is not KEY=VALUE.")
    return key.strip(), value.strip()


def _empty(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty; name another folder, so that nothing is overwritten.")
    return folder.absolute()


if __name__ == "__main__":
    sys.exit(main())
