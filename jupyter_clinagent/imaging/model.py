"""What training and judging need of a model, whatever it predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from jupyter_clinagent.imaging.dataset import CohortDataModule
    from jupyter_clinagent.imaging.stages import Stage


class Model(Protocol):
    """A LightningModule that a task trains.

    Attributes
    ----------
    classes
        Names in the order of the outputs.
    """

    classes: list[str]

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that decides how it is trained, as plain data."""
        ...

    def stages(self, data: CohortDataModule) -> list[Stage]:
        """What its training on these data consists of, in order; ValueError where they can't teach it."""
        ...

    def eval(self) -> Self:
        """As of :class:`torch.nn.Module`."""
        ...

    def predict_images(self, images: Any) -> Any:
        """What it says of preprocessed images, uint8 (N, H, W, 3)."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """As of :class:`torch.nn.Module`."""
        ...
