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
    boxed_images=10015,
    box_classes={"finding": 10015},
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
    columns=[
        _column("radiograph_group", "group"),
        _column("group_split", "split", {"train": 775, "test": 164, "valid": 150}),
        _column("split", "split", {"train": 961, "valid": 84, "test": 44}),
        _column("region", "site", {"other": 494, "hand": 425, "wrist": 170}),
    ],
    group_candidates=["radiograph_group"],
    split_candidates=["group_split", "split"],
    modality="radiograph",
    median_size=(367, 640),
    boxes=1405,
    boxed_images=1040,
    median_box=0.07,
    box_classes={"fracture": 1405},
)

WEAK = SurveyFacts(
    data="/data/wrists",
    layout="coco",
    images=2000,
    columns=[
        _column("image_id", "image"),
        _column("patient_id", "group"),
        _column("sex", "sex", {"m": 1000, "f": 1000}),
        _column("age", "age"),
        _column("side", "other", {"left": 1000, "right": 1000}),
        _column("fracture", "other", {"yes": 1000, "no": 1000}),
    ],
    label_candidates=["side", "fracture"],
    group_candidates=["patient_id"],
    modality="radiograph",
    median_size=(128, 128),
    boxes=100,
    boxed_images=100,
    median_box=0.15,
    box_classes={"fracture": 80, "metal": 20},
    image_label="fracture",
    unboxed=900,
    supervision="weak",
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


def drains(masks: dict[str, int] | None = None, problems: list[str] | None = None, **changed: ColumnFacts) -> SurveyFacts:
    """Chest radiographs with a column of drains, and perhaps masks of some."""
    columns = {
        "image_id": _column("image_id", "image"),
        "patient_id": _column("patient_id", "group"),
        "sex": _column("sex", "sex", {"F": 300, "M": 300}),
        "finding": _column("finding", "label", {"no finding": 360, "pneumothorax": 240}),
        "drain": _column("drain", "confounder", {"no": 380, "yes": 220}),
        "scanner_type": _column("scanner_type", "confounder", {"alpha": 400, "beta": 200}),
        **changed,
    }
    return SurveyFacts(
        data="/data/drains",
        layout="table",
        images=600,
        columns=list(columns.values()),
        label_candidates=["finding"],
        group_candidates=["patient_id"],
        modality="radiograph",
        median_size=(128, 128),
        masks=masks or {},
        problems=problems or [],
    )


MASKED_DRAINS = drains({"masks": 100})
DRAINS = drains()
ALWAYS_A_DRAIN = drains(drain=_column("drain", "ignored", {"yes": 600}))
DRAIN_IS_THE_LABEL = drains(drain=_column("drain", "alias", {"no": 360, "yes": 240}))
NO_DRAIN_COLUMN = drains(drain=_column("side", "other", {"left": 300, "right": 300}))
ONLY_MASKS = drains({"masks": 100}, drain=_column("side", "other", {"left": 300, "right": 300}))
OTHER_MASKS = drains(problems=["60 of 60 masks looked at in masks have another size than their images; they are not used."])
FEW_DRAINS = drains({"masks": 4}, drain=_column("drain", "confounder", {"no": 596, "yes": 4}))
RULERS = DERMOSCOPY.model_copy(update={"columns": [*DERMOSCOPY.columns, _column("ruler", "confounder", {"0": 9000, "1": 1015})]})
