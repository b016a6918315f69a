"""Slices of computed tomography or magnetic resonance, each on its own."""

from jupyter_clinagent.modalities.modality import Modality, Views

MODALITY = Modality(
    name="section",
    title="CT or MR slice",
    # Left and right are learnt: the heart, the liver. The window of a slice varies as exposure does.
    views=Views(exposure=(0.15, 0.2), gamma=0.2),
    tags=("CT", "MR", "PT", "NM"),
    coloured=False,
)
