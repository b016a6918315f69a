"""Stained sections of tissue under the microscope."""

from jupyter_clinagent.modalities.modality import ANY_WAY, Modality, Views

MODALITY = Modality(
    name="histology",
    title="histology",
    # A section has no upright; laboratories and batches stain it more or less.
    views=Views(flips=("horizontal", "vertical"), rotation=ANY_WAY, larger=0.15, colour=0.1, stain=0.15),
    tags=("SM", "GM"),
    coloured=True,
)
