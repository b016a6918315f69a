"""Clinical photographs: skin, wounds, faces, teeth, in the light of the room."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="photograph",
    title="clinical photograph",
    # Any camera in any light; a patient has an upright, and either side may be shown.
    views=Views(flips=("horizontal",), rotation=20, smaller=0.15, larger=0.25, colour=0.2, hue=0.02),
    tags=("XC",),
    coloured=True,
)
