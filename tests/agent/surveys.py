"""What ``study.survey()`` says of three real data sets, written down so that requests can be drafted without a kernel."""

from jupyter_clinagent.facts import ColumnFacts, SurveyFacts


def _column(name: str, role: str, values: dict[str, int] | None = None, table: str = "metadata.csv") -> ColumnFacts:
    return ColumnFacts(name=name, table=table, role=role, distinct=len(values or {}) or 1000, missing=0, values=values or {})


DERMOSCOPY = SurveyFacts(
    data="/data/ham10000",
    layout="table",
    images=10015,
    columns=[
        _column("lesion_id", "group"),
        _column("image_id", "image"),
        _column("dx", "label", {"nv": 6705, "mel": 1113, "bkl": 1099, "bcc": 514, "akiec": 327, "vasc": 142, "df": 115}),
        _column("dx_type", "other", {"histo": 5340, "follow_up": 3704, "consensus": 902, "confocal": 69}),
        _column("age", "age"),
        _column("sex", "sex", {"male": 5406, "female": 4552, "unknown": 57}),
        _column("localization", "site", {"back": 2192, "lower extremity": 2077}),
    ],
    label_candidates=["dx"],
    group_candidates=["lesion_id"],
    modality="dermoscopy",
    median_size=(200, 150),
    boxes=10015,
)

CHEST = SurveyFacts(
    data="/data/chest",
    layout="folders",
    images=2905,
    columns=[
        _column("folder", "label", {"NORMAL": 842, "PNEUMONIA": 2063}, "folders"),
        _column("folder_split", "split", {"train": 2281, "test": 624}, "folders"),
    ],
    label_candidates=["folder"],
    group_candidates=["file name"],
    split_candidates=["folder_split"],
    modality="radiograph",
    median_size=(224, 224),
)

BOXED = SurveyFacts(
    data="/data/fractures",
    layout="coco",
    images=1089,
    columns=[_column("radiograph_group", "group")],
    group_candidates=["radiograph_group"],
    modality="radiograph",
    boxes=1405,
)

TWO_LABELS = SurveyFacts(
    data="/data/two",
    layout="table",
    images=500,
    columns=[
        _column("patient", "group"),
        _column("reader_1", "label", {"covid": 200, "normal": 300}),
        _column("reader_2", "label", {"covid": 180, "normal": 320}),
    ],
    label_candidates=["reader_1", "reader_2"],
    group_candidates=["patient"],
    modality="radiograph",
)
