"""What uncertain entries count as: left out, positive, negative; each judged against the planted truth.

::

    python -m tests.benchmarks.findings [--images 400] [--minutes 1] [--difficulty hard] [--seed 0]

Chest phantoms with four findings, of whose entries 6 % say “uncertain” and 6 % nothing, whatever the picture shows. One study
for each policy, from the same sentence, images, split and minutes. The truth of the test images is what was planted, not what
the table says. Prints every figure; exits with 1 where a study did not end or a policy was not kept.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.metrics import roc_auc_score

from jupyter_clinagent.runner import RunOptions, run
from jupyter_clinagent.tasks.findings.phantom import FINDINGS, KINDS, films, write

REQUEST = "List all findings on these chest films; there can be several at once"
POLICIES = {"left out": "", "positive": ". Count uncertain ones as positive", "negative": ". Count uncertain ones as negative"}


def main() -> int:
    """A study for each policy; the exit code says whether each kept it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--difficulty", choices=["easy", "hard"], default="hard")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    planted = {
        f"film_{number:04d}": film.truth for number, film in enumerate(films(options.images, options.seed, options.difficulty))
    }
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        write(KINDS[0], data, options.images, options.seed, options.difficulty)
        for policy, words in POLICIES.items():
            home = Path(folder) / policy.replace(" ", "-")
            home.mkdir()
            told = run(RunOptions(REQUEST + words, data, options.minutes, home / "study.ipynb", yes=True), io.StringIO())
            kept = kept and told["exit"] == 0 and told["specification"]["uncertain"] == policy
            print(f"uncertain {policy:9s} {_figures(told, planted) if told['exit'] == 0 else told['error']}", flush=True)
    return 0 if kept else 1


def _figures(told: dict, planted: dict[str, dict[str, int]]) -> str:
    """AUROC of each finding on the test images, against what was planted, and against what the table says."""
    known = pd.read_csv(told["predictions"])
    known = known[known["partition"] == "test"]
    truth = pd.DataFrame([planted[Path(image).stem] for image in known["image"]])
    parts = [
        f"{name} {roc_auc_score(truth[name], known[f'score_{name}']):.3f} ({told['test'][f'auroc:{name}']['value']:.3f})"
        for name in FINDINGS
    ]
    return f"planted (noted): {', '.join(parts)}; macro noted {told['test']['macro_auroc']['value']:.3f}; {told['seconds']:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
