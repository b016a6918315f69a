"""The clinician's corrections ("exclude these", "this one is mislabelled"), on record, before the seal only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.cohort.labels import Labelled

CORRECTIONS = "corrections.csv"
COLUMNS = ["image", "action", "label", "reason"]


@dataclass(frozen=True)
class Corrections:
    """Rows of ``corrections.csv``: ``image``, ``action`` (exclude | relabel), ``label``, ``reason``.

    ``outside`` says why images are left out that the study is not about, by file.
    """

    rows: pd.DataFrame
    outside: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def none(cls) -> Corrections:
        """No corrections."""
        return cls(pd.DataFrame(columns=COLUMNS))

    @classmethod
    def load(cls, path: Path) -> Corrections:
        """Read the file, or none where it isn't there."""
        return cls(pd.read_csv(path, dtype=str)) if path.exists() else cls.none()

    def with_row(self, image: str, action: str, label: str | None, reason: str) -> Corrections:
        """One more correction; a later one for the same image wins."""
        row = pd.DataFrame([[image, action, label, reason]], columns=COLUMNS)
        return Corrections(pd.concat([self.rows, row], ignore_index=True) if len(self.rows) else row)

    def without(self, outside: Mapping[str, str]) -> Corrections:
        """The same, with images that the study is not about."""
        return replace(self, outside=outside)

    def save(self, path: Path) -> None:
        """Write the file into the study folder."""
        self.rows.to_csv(path, index=False)

    @property
    def relabelled(self) -> dict[str, str]:
        """The last label that was given to an image."""
        last = self.rows.drop_duplicates("image", keep="last")
        return {str(row.image): str(row.label) for row in last[last["action"] == "relabel"].itertuples()}

    @property
    def exclusions(self) -> Corrections:
        """Without labels, for truth that is more than one label."""
        last = self.rows.drop_duplicates("image", keep="last")
        return replace(self, rows=last[last["action"] == "exclude"])

    def apply(self, labelled: Labelled) -> Labelled:
        """Take out images that the study is not about and excluded ones, and give relabelled ones their class.

        Raises
        ------
        BadInput
            An image that is not in the data, or a class that is not in the study.
        """
        last = self.rows.drop_duplicates("image", keep="last")
        unknown = sorted(set(last["image"]) - set(labelled.rows.index) - set(labelled.left_out))
        if unknown:
            raise BadInput(f"corrections.csv names images that are not in the data: {', '.join(unknown[:5])}.")
        excluded = [image for image in last.loc[last["action"] == "exclude", "image"] if image in labelled.rows.index]
        relabel = last[(last["action"] == "relabel") & last["image"].isin(labelled.rows.index)].set_index("image")["label"]
        foreign = sorted(set(relabel) - set(labelled.classes))
        if foreign:
            raise BadInput(f"corrections.csv gives labels that are no class of the study: {', '.join(map(str, foreign))}.")
        rows = labelled.rows.copy()
        rows.loc[relabel.index, "class"] = relabel
        outside = {image: why for image, why in self.outside.items() if image in rows.index}
        left_out = labelled.left_out | outside | dict.fromkeys(excluded, "excluded by the clinician")
        return replace(labelled, rows=rows.drop(index=list({*excluded, *outside})), left_out=left_out)
