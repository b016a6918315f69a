"""One experiment: trained within its budget (or replayed by its steps), judged by the fixed rule, entered in the ledger."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.facts import ExperimentFacts
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.model import Model
from jupyter_clinagent.imaging.training import FitResult, fit
from jupyter_clinagent.study.protocol.acceptance import Acceptance, judge, judge_unfreed
from jupyter_clinagent.study.protocol.ledger import Entry, recipe_hash
from jupyter_clinagent.study.protocol.outcomes import Trained
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.protocol.shortcuts import check_debiasing, judge_freed, validation_figures
from jupyter_clinagent.study.showing.training_display import LiveTraining
from jupyter_clinagent.study.showing.verdict import Verdict
from jupyter_clinagent.tasks import registry


class Experiment:
    """``with study.experiment(…) as run: run.fit(model, data)``; afterwards ``run.verdict``."""

    def __init__(self, session: Session, name: str, hypothesis: str, minutes: float) -> None:
        self._session, self._name, self._hypothesis, self._minutes = session, name, hypothesis, minutes
        self._trained: Trained | None = None

    def __enter__(self) -> Experiment:
        self._session.confirmed.check()
        self._session.record.add("experiment started", name=self._name, hypothesis=self._hypothesis, minutes=self._minutes)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self._session.record.add("experiment failed", name=self._name, error=kind.__name__)
            if self._trained is None:
                self._session.ledger.add(self._entry("failed", {}, self._session.seed, failed=kind.__name__))

    @property
    def verdict(self) -> Verdict:
        """Kept or discarded and why, with the ledger so far."""
        if self._trained is None:
            raise ProtocolViolation(f"The experiment {self._name!r} has no verdict yet: call run.fit(model, data) in its block.")
        return Verdict(experiment_facts(self._trained.entry), self._session.ledger.session)

    def fit(self, model: Model, data: CohortDataModule, draw: int = 0) -> None:
        """Train, predict the validation set, judge, and enter the result in the ledger.

        Parameters
        ----------
        draw
            Number of the random order in which images come and vary: models of one recipe that are to be asked together
            need different ones. It is added to the study's seed.

        Raises
        ------
        ProtocolViolation
            The data are not those of the study's cohort, or the model has other classes.
        """
        self._check(model, data)
        entry = self._new_entry(model, data, draw)
        self._train(model, data, entry, self._session.ledger.replay_of(self._name, entry.recipe))
        self._finish(entry, model, data)

    def adopt(self, model: Model, data: CohortDataModule) -> None:
        """Judge a model that needs no training, such as an ensemble of trained ones, and enter it in the ledger.

        Raises
        ------
        ProtocolViolation
            As of :meth:`fit`.
        """
        self._check(model, data)
        entry = self._new_entry(model, data)
        entry.replayed = self._session.ledger.replay_of(self._name, entry.recipe) is not None
        entry.stages = [{"name": "adopted", "steps": 0, "total_steps": 0}]
        self._finish(entry, model, data)

    def _finish(self, entry: Entry, model: Model, data: CohortDataModule) -> None:
        by_image = self._session.predict(model, data, "validation")
        trained = Trained(entry, model, data, self._session.at_level(by_image, "validation"), by_image)
        self._judge(entry, trained)
        self._trained = trained
        self._session.finish(self._trained)

    def _check(self, model: Model, data: CohortDataModule) -> None:
        if self._trained is not None:
            raise ProtocolViolation("An experiment trains once: start another one for another model.")
        if data.cohort is not self._session.cohort:
            raise ProtocolViolation("The data module has to be made from the study's own cohort.")
        if list(model.classes) != self._session.cohort.classes:
            raise ProtocolViolation("The model's classes are not the cohort's; pass cohort.classes.")
        if data.debiased is not None:
            check_debiasing(self._session, data.debiased)

    def _new_entry(self, model: Model, data: CohortDataModule, draw: int = 0) -> Entry:
        details, seed = {"model": model.recipe, "data": data.recipe}, self._session.seed + draw
        fixed = {"minutes": self._minutes, "seed": seed, **self._session.identity()}
        return self._entry(recipe_hash({**details, **fixed}), details, seed)

    def _entry(self, recipe: str, details: dict[str, Any], seed: int, failed: str | None = None) -> Entry:
        return Entry(
            name=self._name,
            hypothesis=self._hypothesis,
            minutes=self._minutes,
            recipe=recipe,
            details=details,
            metric=self._session.metric,
            seed=seed,
            failed=failed,
            reason=f"It stopped with {failed}." if failed else "",
        )

    def _train(self, model: Model, data: CohortDataModule, entry: Entry, known: Entry | None) -> None:
        told = LiveTraining(self._name, self._session.metric, self._session.confirmed.specification.primary_unit)
        budget: dict[str, Any] = {"seconds": 60 * self._minutes}
        if known is not None:
            budget = {"stages": known.stages, "threads": known.threads}
        result = fit(
            model,
            data,
            checkpoint_dir=self._session.folder / "checkpoints" / _file_name(self._name),
            metric=self._session.metric,
            seed=entry.seed,
            on_progress=told.update,
            **budget,
        )
        told.finish(result)
        _enter_training(entry, result, replayed=known is not None)

    def _judge(self, entry: Entry, trained: Trained) -> None:
        session, validation = self._session, trained.validation
        session.confirmed.check()
        figures_ = validation.estimates(session.cohort.classes, session.positives, None, session.seed)
        primary = figures_[session.metric]
        entry.value, entry.low, entry.high = primary.value, primary.low, primary.high
        figures_ |= validation_figures(session, trained.by_image)
        entry.validation = {name: estimate.model_dump() for name, estimate in figures_.items()}
        verdict = self._compared(trained, primary.value or 0.0)
        entry.kept, entry.reason = verdict.kept, verdict.reason

    def _compared(self, trained: Trained, value: float) -> Acceptance:
        """Against the best so far, by the rule that fits."""
        session, best = self._session, self._session.best
        if trained.freed_from is not None:
            return judge_freed(session, trained.by_image, trained.freed_from)
        if best is not None and best.freed_from is not None:
            return judge_unfreed(best.freed_from)
        before = (None, None) if best is None else (best.validation, best.entry.value)
        return judge(session.metric, before[0], trained.validation, value, before[1], session.seed)


def experiment_facts(entry: Entry) -> ExperimentFacts:
    """A line of the ledger as facts."""
    value = entry.value if entry.value is not None else 0.0
    return ExperimentFacts(
        name=entry.name,
        hypothesis=entry.hypothesis,
        metric=entry.metric,
        value=value,
        low=value if entry.low is None else entry.low,
        high=value if entry.high is None else entry.high,
        kept=entry.kept,
        reason=entry.reason,
        seconds=entry.seconds,
        steps=entry.steps,
        epochs=entry.epochs,
        replayed=entry.replayed,
        best_at=_best_at(entry.history, registry.metric(entry.metric).sign),
        details=entry.details,
        validation={name: Estimate(**estimate) for name, estimate in entry.validation.items()},
    )


def _best_at(history: list[dict[str, float]], sign: int) -> float:
    """Where the best look at validation was, as a share of all steps; the last of several equal ones."""
    looks = [(sign * look["value"], look["step"]) for look in history if look["value"] == look["value"]]  # without NaN
    return max(looks)[1] / history[-1]["step"] if looks else 1.0


def _enter_training(entry: Entry, result: FitResult, replayed: bool) -> None:
    entry.steps, entry.total_steps, entry.epochs = result.steps, result.total_steps, result.epochs
    entry.stages = result.stages
    entry.seconds, entry.threads, entry.precision = result.seconds, result.threads, result.precision
    entry.history, entry.replayed = result.history, replayed


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-") or "experiment"
