"""Optical coherence tomography: grey sections of the retina."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="oct",
    title="OCT section",
    # A left eye is the mirror image of a right one; the layers keep their order.
    views=Views(flips=("horizontal",), exposure=(0.15, 0.2), gamma=0.2),
    tags=("OPT",),
    coloured=False,
)
