"""Smears of blood or bone marrow under the microscope."""

from jupyter_clinagent.modalities.modality import ANY_WAY, Modality, Views

MODALITY = Modality(
    name="smear",
    title="blood smear",
    # Cells lie any way round; the stain varies with the laboratory.
    views=Views(flips=("horizontal", "vertical"), rotation=ANY_WAY, colour=0.12, stain=0.1),
    coloured=True,
)
