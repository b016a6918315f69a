"""Dermoscopy: skin under a lens, lit without glare."""

from jupyter_clinagent.modalities.modality import ANY_WAY, Modality, Views

MODALITY = Modality(
    name="dermoscopy",
    title="dermoscopy",
    # Skin has no upright: flips, any rotation, zoom, and the colour shifts of cameras and light.
    views=Views(flips=("horizontal", "vertical"), rotation=ANY_WAY, larger=0.25, colour=0.12, hue=0.02),
    tags=("DMS",),
    coloured=True,
)
