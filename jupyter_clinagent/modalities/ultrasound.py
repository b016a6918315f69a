"""Ultrasound: grey, in rare cases with the colours of Doppler or of marks."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="ultrasound",
    title="ultrasound",
    # The probe may lie either way round, never upside down: shadows fall away from it.
    views=Views(flips=("horizontal",), exposure=(0.2, 0.25), gamma=0.25),
    tags=("US", "IVUS"),
)
