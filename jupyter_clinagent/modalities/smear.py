"""Smears of blood or bone marrow under the microscope."""

from jupyter_clinagent.modalities.modality import ANY_WAY, Modality, Views

MODALITY = Modality(
    name="smear",
    title="blood smear",
    # Cells lie any way round; the stain varies with the laboratory.
    views=Views(flips=("horizontal", "vertical"), rotation=ANY_WAY, colour=0.12, stain=0.1),
    words=("smear", "blood smear", "blood film", "*ausstrich*", "bccd", "peripheral blood"),
    hints=(
        "blood cell", "white cell", "red cell", "rbc", "wbc", "platelet", "thrombozyt*", "leukocyt*", "leucocyt*", "leukozyt*",
        "erythrocyt*", "erythrozyt*", "neutrophil*", "eosinophil*", "lymphocyt*", "lymphozyt*", "monocyt*", "monozyt*",
        "basophil*", "plasmodium", "malaria", "blutzelle", "blast", "blasten",
    ),
    coloured=True,
)  # fmt: skip
