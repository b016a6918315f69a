"""The facade that the cells of a study notebook use."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_clinagent.contracts import Approval, Level, Range, Specification
from jupyter_clinagent.errors import BadInput, ProtocolViolation
from jupyter_clinagent.facts import (
    AuditFacts,
    CohortFacts,
    ConfirmationFacts,
    EvaluationFacts,
    ExplanationFacts,
    ReportFacts,
    SpeedFacts,
    SurveyFacts,
)
from jupyter_clinagent.lang import ENGLISH, languages, use
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import CORRECTIONS, Corrections
from jupyter_clinagent.study.cohort.splitting import AUTO
from jupyter_clinagent.study.data.folder import read_folder
from jupyter_clinagent.study.protocol.answers import keep_answer
from jupyter_clinagent.study.protocol.confirmation import Confirmed
from jupyter_clinagent.study.protocol.correcting import note_corrections
from jupyter_clinagent.study.protocol.ledger import Ledger
from jupyter_clinagent.study.protocol.record import Record
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.display import show
from jupyter_clinagent.study.showing.survey_display import SurveyDisplay
from jupyter_clinagent.tasks import registry

if TYPE_CHECKING:
    from jupyter_clinagent.imaging.model import Model
    from jupyter_clinagent.study.protocol.experiment import Experiment

# A message of tqdm about widgets that we don't use; it would stand in red in the clinician's notebook.
warnings.filterwarnings("ignore", message="IProgress not found")

Facts = AuditFacts | CohortFacts | EvaluationFacts | ExplanationFacts | ReportFacts | SpeedFacts | SurveyFacts

DATA_VARIABLE = "CLINAGENT_STUDY_DATA"


class Study:
    """A clinical study in a notebook: each method is one step, shows what it found, and puts it on the record.

    Parameters
    ----------
    folder
        Where everything of the study goes; made if it isn't there. Data are never written to.
    data
        The data folder. The environment variable ``CLINAGENT_STUDY_DATA`` overrides it (a replay on another machine).
    request
        What the clinician asked for, in their words.
    minutes
        The time they gave.
    seed
        Of the partition, the trainings and the bootstraps.
    language
        In which cells and report show what they find, by the name of a folder of :mod:`jupyter_clinagent.lang`; the record stays
        English.

    Raises
    ------
    NoSuchData
        There is no such folder, or no image in it.
    BadInput
        The study folder lies in the data folder.
    """

    def __init__(
        self,
        folder: str | Path,
        data: str | Path,
        request: str = "",
        minutes: float = 10.0,
        seed: int = 0,
        language: str = ENGLISH,
    ) -> None:
        self.speak(language)
        place = read_folder(os.environ.get(DATA_VARIABLE) or data)
        home = Path(folder).resolve()
        if home == place.root or home.is_relative_to(place.root):
            raise BadInput(f"The study folder {home} lies in the data folder, which is never written to: put it elsewhere.")
        home.mkdir(parents=True, exist_ok=True)
        record, ledger = Record(home / "record.jsonl"), Ledger(home)
        self._session = Session(home, place.root, request, minutes, seed, record, ledger)
        self._facts: dict[str, Facts] = {}
        corrected = len(Corrections.load(home / CORRECTIONS).rows)
        record.add("study started", request=request, minutes=minutes, seed=seed, corrections=corrected)

    def __repr__(self) -> str:
        return f"<Study in {self._session.folder.name}>"

    @property
    def cohort(self) -> Cohort:
        """The loaded cohort."""
        return self._session.cohort

    @property
    def facts(self) -> dict[str, Facts]:
        """What the last step of each kind found: ``survey``, ``cohort``, ``audit``, ``speed``, ``evaluation``, …"""
        return dict(self._facts)

    def _tell(self, facts: Facts, html: str, figures: list[tuple[str, bytes]] | None = None) -> None:
        self._facts[facts.kind] = facts
        show(facts, html, figures)

    def speak(self, language: str) -> None:
        """From now on show what is found in another language, as in ``study.speak("de")``.

        Raises
        ------
        BadInput
            There is no such language.
        """
        if language not in languages():
            raise BadInput(f"There is no language “{language}”; there are: {', '.join(languages())}.")
        use(language)

    def survey(self) -> None:
        """Look at the data folder: layout, columns and their roles, what could be label, group and split."""
        from jupyter_clinagent.study.data.survey import survey_facts

        tell = SurveyDisplay()
        facts = survey_facts(self._session.look(tell), tell)
        self._session.record.add("survey", layout=facts.layout, images=facts.images)
        self._session.material.survey = facts
        self._tell(facts, pages.survey(facts))

    def exclude(self, images: Sequence[str], reason: str) -> None:
        """Leave images out (paths in the data folder), on record, before the cohort is loaded."""
        note_corrections(self._session, [(image, "exclude", None) for image in images], reason)

    def relabel(self, image: str, label: str, reason: str) -> None:
        """Give an image another class, on record, before the cohort is loaded."""
        note_corrections(self._session, [(image, "relabel", label)], reason)

    def load_cohort(
        self,
        label: str | None = None,
        classes: Mapping[str, list[str]] | None = None,
        group: str | None = None,
        image: str | None = None,
        split: str | None = AUTO,
        table: str | None = None,
        allow_few: bool = False,
        task: str | None = None,
        level: Level | Mapping[str, Any] | None = None,
        only: Mapping[str, list[str] | Range | Mapping[str, float]] | None = None,
        **more: Any,
    ) -> Cohort:
        """Load, group, split and seal, in one step.

        Parameters
        ----------
        label, group, image, table
            Columns and table; None takes the survey's best candidate. ``label="folder"``: class folders;
            ``group="file name"``: ids in file names, ``"DICOM patient"``: of DICOM headers, ``"none"``: each image on its own.
        classes
            Label values of each class, in the order of the model's outputs; where the truth lies inside the images, names of
            the findings there.
        split
            A published split column, ``"auto"`` (the best one if it can be used) or ``"own"``.
        allow_few
            Go on with fewer than five groups of a class.
        task
            What the study is about; None: telling images apart by class. Where the truth lies inside the images, ``label`` is
            the column that says which of them show a finding.
        level
            What gets one answer, as in the specification; None: each image by itself.
        only
            Inclusion criteria by column: values, or bounds of a number or a year, as in
            ``only={"sex": ["female"], "age": {"above": 60}}``; None: every image whose class is known.
        more
            What only one task asks for, such as ``boxes``, the file that holds them.
        """
        from jupyter_clinagent.study.cohort.corrected_images import CORRECTED_IMAGES, find_corrected
        from jupyter_clinagent.study.cohort.inclusion import criteria
        from jupyter_clinagent.study.cohort.loading import load_cohort, note_data
        from jupyter_clinagent.study.cohort.wishes import Wishes

        session = self._session
        if session.ledger.session:
            raise ProtocolViolation("Experiments have been made on this cohort; start a new study for another one.")
        judged = Level.model_validate(level or {})
        wishes = Wishes(label, classes, group, image, split, table, allow_few, session.seed, judged, criteria(only), task, more)
        noted, identities = Corrections.load(session.folder / CORRECTIONS), session.folder / CORRECTED_IMAGES
        cohort = load_cohort(session.inventory, wishes, find_corrected(noted, session.inventory.folder, identities))
        session.cohort_, session.confirmed_, session.material.audit_findings = cohort, None, []
        note_data(session, cohort)
        self._tell(cohort.facts, pages.cohort(cohort.facts))
        return cohort

    def audit(self) -> None:
        """Check the cohort as a careful colleague would, and show a labelled contact sheet."""
        from jupyter_clinagent.study.cohort.audit import audit_cohort
        from jupyter_clinagent.study.showing.contact import draw_contact_sheet

        session = self._session
        session.material.audit_findings = audit_cohort(session.cohort, session.inventory)
        sheet = draw_contact_sheet(session.cohort, session.seed)
        session.material.add_figures(session.folder, "audit", [sheet])
        facts = AuditFacts(findings=session.material.audit_findings)
        session.record.add("audit", findings=[(finding.topic, finding.severity, finding.count) for finding in facts.findings])
        self._tell(facts, pages.audit(facts), [(sheet.alt, sheet.png)])

    def measure_speed(self, sizes: Sequence[tuple[int, int]] = ((128, 96),), seconds: float = 3.0) -> None:
        """Time real forward and backward passes on this machine."""
        from jupyter_clinagent.imaging.speed import measure_speed

        threads, speed = measure_speed(sizes=tuple(sizes), seconds=seconds)
        facts = SpeedFacts(threads=threads, ms_per_image=speed)
        self._tell(facts, pages.speed(facts))

    def confirm(self, specification: Specification, approved: Approval = "") -> None:
        """Put the specification and the evaluator's identity on the record, before any training.

        Parameters
        ----------
        approved
            Where a person approved it, or ``"--yes"`` where nobody did; the report's item on human oversight says so.

        Raises
        ------
        ProtocolViolation
            It doesn't fit the cohort, or experiments were made under another one.
        """
        from jupyter_clinagent.study.protocol.confirmation import check_specification

        session, specification = self._session, registry.specified(specification)
        check_specification(specification, session.cohort.facts, session.cohort.label)
        before = session.confirmed_
        if before is not None and session.ledger.session and before.specification != specification:
            raise ProtocolViolation("Experiments have been made under another specification; start a new study for this one.")
        session.confirmed_ = (
            before if before is not None and before.specification == specification else Confirmed.now(specification)
        )
        confirmed = session.confirmed_
        content = specification.model_dump(mode="json")
        hashes = {"hash": specification.hash, "evaluator": confirmed.evaluator_hash, "versions": confirmed.evaluator}
        session.record.add("specification confirmed", **hashes, specification=content, approved=approved)
        facts = ConfirmationFacts(hash=specification.hash, approved=approved)
        show(facts, pages.specification(specification, confirmed.evaluator_hash))

    def model(self, name: str | None = None) -> Model:
        """The trained model of an experiment of this session, or of the best one so far.

        Raises
        ------
        ProtocolViolation
            No experiment of this name has been finished.
        """
        session = self._session
        if name is None and session.best is not None:
            return session.best.model
        if name not in session.models:
            finished = ", ".join(session.models) or "none"
            raise ProtocolViolation(f"No experiment “{name}” is finished in this session; finished: {finished}.")
        return session.models[name]

    def models(self, *names: str) -> list[Model]:
        """Trained models of these experiments, the best on validation first.

        Raises
        ------
        ProtocolViolation
            As of :meth:`model`.
        """
        values = {e.name: registry.metric(e.metric).sign * (e.value or 0.0) for e in self._session.ledger.session}
        return [self.model(name) for name in sorted(names, key=lambda name: -values.get(name, 0.0))]

    def experiment(self, name: str, hypothesis: str = "", minutes: float = 1.0) -> Experiment:
        """Begin an experiment: ``with study.experiment(…) as run: run.fit(model, data)``, then ``run.verdict``."""
        from jupyter_clinagent.study.protocol.experiment import Experiment

        return Experiment(self._session, name, hypothesis, minutes)

    def unseal(self, reason: str, again: bool = False) -> None:
        """Open the test set for the best experiment. The same opening again is a replay and not counted."""
        from jupyter_clinagent.study.protocol.opening import open_test_set

        session = self._session
        session.opening_ = open_test_set(session, reason, again)
        drawn = pages.evaluation_figures(session)
        session.material.add_figures(session.folder, "evaluation", drawn)
        facts = session.opening_.facts
        html = pages.evaluation(session, facts, pages.too_few(session.cohort.facts))
        self._tell(facts, html, [(figure.alt, figure.png) for figure in drawn])

    def new_threshold(self, rule: str, target: float | None = None, positive: str | list[str] | None = None) -> None:
        """Another operating point on the stored scores of the opened test set, labelled *post hoc*."""
        from jupyter_clinagent.study.protocol.opening import post_hoc

        session = self._session
        facts = post_hoc(session, rule, target, positive)
        session.material.post_hoc.append(facts)
        note = "Post hoc: this threshold was not chosen before the test set was opened."
        self._tell(facts, pages.evaluation(session, facts, note))

    def explain(self, images: int = 10) -> None:
        """Galleries of hits and worst misses on the opened test set with heat maps, and the weight-randomisation test."""
        session = self._session
        galleries, correlation = session.task.showing.galleries(session, session.opening, images)
        session.material.add_figures(session.folder, "explanation", galleries)
        names = [str(session.folder / "figures" / f"{gallery.name}.png") for gallery in galleries]
        facts = ExplanationFacts(figures=names, randomisation_correlation=correlation)
        session.material.explanation = facts
        session.record.add("explanation", randomisation_correlation=correlation, galleries=[g.caption for g in galleries])
        self._tell(facts, pages.explanation(facts, [g.caption for g in galleries]), [(g.alt, g.png) for g in galleries])

    def report(self) -> None:
        """Write report, summary, predictions and model into the study folder."""
        from jupyter_clinagent.study.report import write_report

        session = self._session
        drawn = [pages.ledger_figure(session), *pages.learning_figure(session)]
        session.material.add_figures(session.folder, "experiments", drawn)
        facts = write_report(session)
        self._tell(facts, pages.report(facts))

    def answer(self, item: int | str, text: str) -> None:
        """The clinician's words on a report item, by number or key (``"ethics"``), on record; call :meth:`report` after.

        Raises
        ------
        BadInput
            There is no such item, or the text is empty.
        """
        kept = keep_answer(self._session.folder, item, text)
        self._session.record.add("report item answered", item=kept.item, text=kept.text)
        show(None, pages.answer(kept.item, kept.text))
