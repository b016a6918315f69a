"""Radiographs: films, digital radiographs, mammograms, dental films."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="radiograph",
    title="radiograph",
    # A body part has an up, a left and a right: small rotations, zoom, shift and exposure; never a flip.
    views=Views(exposure=(0.15, 0.2), gamma=0.2),
    tags=("CR", "DX", "RG", "RF", "MG", "PX", "IO", "XA"),
    coloured=False,
)
