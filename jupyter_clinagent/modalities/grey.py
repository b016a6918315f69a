"""Grey images of which nothing says what they are."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="grey",
    title="grey images, kind not known",
    # Like a radiograph: most that is grey has an up, a left and a right.
    views=Views(exposure=(0.15, 0.2), gamma=0.2),
    coloured=False,
)
