"""What a survey says of folders with grades."""

from jupyter_clinagent.facts import ColumnFacts, SurveyFacts


def survey(**columns: dict[str, int]) -> SurveyFacts:
    """A table beside images with these columns; the first may be named like a label."""
    facts = [
        ColumnFacts(name=name, table="t.csv", role="label", distinct=len(values), missing=0, values=values)
        for name, values in columns.items()
    ]
    images = max(sum(values.values()) for values in columns.values())
    return SurveyFacts(data="d", layout="table", images=images, columns=facts, label_candidates=list(columns))


def evenly(*values: str) -> dict[str, int]:
    return dict.fromkeys(values, 50)


EYES = survey(dr_grade=evenly("0", "1", "2", "3", "4"))
FOLDERS = survey(folder=evenly("Mild", "Moderate", "No_DR", "Proliferate_DR", "Severe"))
KNEES = survey(KL=evenly("0", "1", "2", "3", "4"))
ULCERS = survey(stage=evenly("I", "II", "III", "IV"))
WORDS = survey(severity=evenly("mild", "moderate", "severe"))
BREASTS = survey(density=evenly("a", "b", "c", "d"))
PROSTATES = survey(isup=evenly("1", "2", "3", "4", "5"))
LIVERS = survey(fibrosis=evenly("F0", "F1", "F2", "F3", "F4"))
