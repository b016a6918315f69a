"""Images in colour of which nothing says what they are."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="other",
    title="colour images, kind not known",
    # Nothing is known of the anatomy: like a radiograph, with a little colour.
    views=Views(colour=0.1),
)
