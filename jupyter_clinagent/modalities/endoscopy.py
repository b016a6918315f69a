"""Endoscopy: gastroscopy, colonoscopy, laryngoscopy, capsules."""

from jupyter_clinagent.modalities.modality import ANY_WAY, Modality, Views

MODALITY = Modality(
    name="endoscopy",
    title="endoscopy",
    # The scope turns about its axis, so there is no upright; light and distance vary, hue hardly.
    views=Views(flips=("horizontal", "vertical"), rotation=ANY_WAY, larger=0.25, colour=0.2, hue=0.01),
    tags=("ES",),
    coloured=True,
)
