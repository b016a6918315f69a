"""Photographs of the back of the eye."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="fundus",
    title="fundus photograph",
    # A left eye is the mirror image of a right one; cameras and pupils make the colour differ, hardly its hue.
    views=Views(flips=("horizontal",), rotation=15, colour=0.2, hue=0.01),
    tags=("OP",),
    coloured=True,
)
