"""The detector: RetinaNet (Lin et al. 2017) on a pretrained backbone, with a plan that is quick on two cores.

The quick plan tunes the backbone on image-level labels, freezes it, computes its feature maps once for a few views of each
image, and trains only the feature pyramid and the heads on them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import lightning as L
import numpy as np
import torch
from torch import nn
from torchvision.models.detection._utils import BoxCoder, Matcher
from torchvision.models.detection.retinanet import RetinaNetHead
from torchvision.ops import FeaturePyramidNetwork, box_iou

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Partition
from jupyter_clinagent.imaging.backbones import DEFAULT
from jupyter_clinagent.imaging.boxes import Boxes, select
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.feeds import Feed, ImageFeed
from jupyter_clinagent.imaging.schedule import one_cycle
from jupyter_clinagent.imaging.stages import Stage
from jupyter_clinagent.tasks.detection import anchors
from jupyter_clinagent.tasks.detection.box_data import BoxDataModule, Target
from jupyter_clinagent.tasks.detection.feeds import BoxImageFeed, MapFeed

Trainable = Literal["heads", "all"]
TunedOn = Literal["labels", "boxes"]
PEAK_RATES: dict[str, float] = {"heads": 2e-3, "all": 1e-3}
BACKBONE_RATE = 0.5
"""The pretrained backbone learns slower by this factor."""
CHANNELS = 64
CONVOLUTIONS = 2
"""In each head; RetinaNet's four gain nothing on so few images and cost twice the time."""
GRADIENT_LIMIT = 5.0
TUNING = 0.5
"""Share of the budget for tuning the backbone; the rest is for pyramid and heads."""


class FindingDetector(L.LightningModule):
    """Boxes around findings in uint8 RGB images (N, H, W, 3).

    Parameters
    ----------
    classes
        Of the boxes, in the order of the outputs.
    backbone
        See :func:`~jupyter_clinagent.imaging.backbones.load_backbone`.
    trainable
        ``heads``: the backbone is tuned, then frozen, and pyramid and heads learn from maps computed once. ``all``: every
        layer learns from the boxes.
    tuned_on
        ``heads``: what the backbone is tuned on first, ``labels`` of all images or ``boxes`` (always so where too few groups
        are box-free).
    views
        ``heads``: variants of each training image whose maps are computed (the image, its mirror image, augmented ones).
    learning_rate
        Peak of the one-cycle schedule; by default :data:`PEAK_RATES`.
    weight_decay
        Regularisation.
    weights_file
        Local weights for another backbone than the default.
    new_anchors
        Fit the anchors anew where the training goes on from a detector of another working size.
    start
        Go on from this trained detector, or from the backbone of this trained classifier of finding / no finding;
        then the backbone is not tuned again.

    Attributes
    ----------
    classifier
        Of the image-level labels; it owns the backbone. Trained by the plan ``heads``.
    plan
        What is trained right now: while the backbone is tuned, ``all`` in the plan ``heads`` too.
    start
        What the training goes on from.
    """

    anchor_shapes: torch.Tensor

    def __init__(
        self,
        classes: Sequence[str],
        backbone: str = DEFAULT,
        trainable: Trainable = "heads",
        *,
        tuned_on: TunedOn = "labels",
        views: int = 4,
        learning_rate: float | None = None,
        weight_decay: float = 0.01,
        weights_file: str | Path | None = None,
        new_anchors: bool = False,
        start: FindingDetector | ImageClassifier | None = None,
    ) -> None:
        super().__init__()
        if trainable not in PEAK_RATES:
            raise ValueError(f"trainable must be one of {', '.join(PEAK_RATES)}, not {trainable!r}")
        self.classes, self.trainable, self.views = list(classes), trainable, views
        self.tuned_on, self.new_anchors = tuned_on, new_anchors
        self.learning_rate, self.weight_decay = learning_rate or PEAK_RATES[trainable], weight_decay
        self.total_steps, self.plan = 1, trainable
        self.classifier = ImageClassifier([NO_FINDING, FINDING], backbone, "all", weights_file=weights_file)
        self.register_buffer("anchor_shapes", torch.from_numpy(anchors.fitted(np.empty((0, 2)))))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # the same start on every machine
            self.pyramid = FeaturePyramidNetwork(self.classifier.backbone.map_channels(), CHANNELS)
            self.head = _head(len(self.classes))
        self.matcher, self.coder = Matcher(0.5, 0.4, allow_low_quality_matches=True), BoxCoder((1.0, 1.0, 1.0, 1.0))
        self.start, self.start_recipe = _kind(start), start.recipe if start else None
        self._start(start)
        self.freeze_plan()

    def _start(self, start: FindingDetector | ImageClassifier | None) -> None:
        if isinstance(start, FindingDetector):
            self.load_state_dict(start.state_dict())
        elif start is not None:
            self.classifier.load_state_dict(start.state_dict())

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that decides how the model is trained, as plain data."""
        return {
            "detector": "retinanet",
            "backbone": self.classifier.backbone_name,
            "backbone_sha256": self.classifier.backbone.sha256,
            "classes": self.classes,
            "trainable": self.trainable,
            "tuned_on": self.tuned_on,
            "views": self.views,
            "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay,
            "start": self.start_recipe,
            **({"new_anchors": True} if self.new_anchors else {}),
        }

    # -------------------------------------------------------------- the network
    def maps(self, images: torch.Tensor) -> list[torch.Tensor]:
        """The backbone's three feature maps of images (N, H, W, 3)."""
        return self.classifier.backbone.maps(self.classifier.normalised(images))

    def raw(self, maps: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits (N, anchors, classes), offsets (N, anchors, 4), and the anchors (anchors, 4)."""
        features = list(self.pyramid(OrderedDict((str(k), one) for k, one in enumerate(maps))).values())
        found = self.head(features)
        grid = anchors.grid(self.anchor_shapes, [(one.shape[2], one.shape[3]) for one in features])
        return found["cls_logits"], found["bbox_regression"], grid

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Boxes (N, anchors, 4) in the model's pixels and their scores (N, anchors, classes) of images (N, H, W, 3)."""
        return self.decoded(self.maps(images))

    def decoded(self, maps: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """As :meth:`forward`, from feature maps."""
        logits, offsets, grid = self.raw(maps)
        return _shifted(grid, offsets), logits.sigmoid()

    # -------------------------------------------------------------- training
    def stages(self, data: CohortDataModule) -> list[Stage]:
        """Of the plan ``heads`` tuning the backbone, then pyramid and heads on its maps; else every layer at once."""
        if not isinstance(data, BoxDataModule) or not len(data.boxed_rows("train")):
            raise ValueError("a detector learns from boxes: give a BoxDataModule whose training part has some")
        if self.start != "detector" or self.new_anchors:
            self.fit_anchors(data.targets("train"))
        return stages_of(self, data)

    def fit_anchors(self, targets: Sequence[Boxes]) -> None:
        """Take anchors that suit these boxes in the model's pixels."""
        sizes = np.concatenate([boxes.corners[:, 2:] - boxes.corners[:, :2] for boxes in targets] or [np.empty((0, 2))])
        kinds = np.concatenate([boxes.classes for boxes in targets] or [np.empty(0, np.int64)])
        self.anchor_shapes.copy_(torch.from_numpy(anchors.fitted(anchors.balanced(sizes, kinds))))

    def training_step(self, batch: tuple[torch.Tensor | list[torch.Tensor], list[Target]], _index: int) -> torch.Tensor:
        """Focal loss of the scores and L1 loss of the offsets, of a batch of images or of feature maps."""
        inputs, targets = batch
        logits, offsets, grid = self.raw(inputs if isinstance(inputs, list) else self.maps(inputs))
        losses: dict[str, torch.Tensor] = self.head.compute_loss(
            [{"boxes": corners, "labels": classes} for corners, classes in targets],
            {"cls_logits": logits, "bbox_regression": offsets},
            [grid] * len(targets),
            [self._matched(grid, corners) for corners, _ in targets],
        )
        return torch.stack(list(losses.values())).sum()

    def _matched(self, grid: torch.Tensor, corners: torch.Tensor) -> torch.Tensor:
        """Index of the box that each anchor shows; -1: none, -2: undecided."""
        if not len(corners):
            return torch.full((len(grid),), Matcher.BELOW_LOW_THRESHOLD, dtype=torch.int64, device=grid.device)
        matched: torch.Tensor = self.matcher(box_iou(corners, grid))
        return matched

    def on_before_optimizer_step(self, _optimizer: Any) -> None:
        """A single odd box must not throw the weights about."""
        nn.utils.clip_grad_norm_([p for p in self.parameters() if p.grad is not None], GRADIENT_LIMIT)

    def train(self, mode: bool = True) -> FindingDetector:
        """Training mode for what is trained; the backbone's batch statistics stay as they are."""
        super().train(mode)
        self.classifier.eval()
        return self

    def configure_optimizers(self) -> Any:
        """AdamW with a one-cycle schedule over :attr:`total_steps`."""
        peak = self.learning_rate if self.plan == self.trainable else PEAK_RATES[self.plan]
        parts = [(self.pyramid, peak), (self.head, peak), (self.classifier.backbone, BACKBONE_RATE * peak)]
        return one_cycle(parts, self.total_steps, self.weight_decay)

    def freeze_plan(self, plan: Trainable | None = None) -> None:
        """Let only what :attr:`trainable` names take gradients, or for a while what ``plan`` does."""
        self.plan = plan or self.trainable
        self.requires_grad_(True)
        self.classifier.requires_grad_(False)
        self.classifier.backbone.requires_grad_(self.plan == "all")

    # -------------------------------------------------------------- prediction
    def predict_boxes(self, data: BoxDataModule, partition: Partition) -> tuple[list[str], list[Boxes]]:
        """Image ids, and the boxes found in each, in the pixels of the original image, the highest score first."""
        found = self.predict_images(data.images(partition))
        back = data.preprocessing.to_original
        scales = data.scales(partition)
        return data.ids(partition), [b.moved(back(b.corners, *scale)) for b, scale in zip(found, scales, strict=True)]

    @torch.inference_mode()
    def predict_images(self, images: np.ndarray, batch_size: int = 32) -> list[Boxes]:
        """Boxes found in preprocessed uint8 images (N, H, W, 3), in their pixels."""
        self.eval()
        starts = range(0, len(images), batch_size)
        batches = (torch.from_numpy(np.array(images[k : k + batch_size])).to(self.device) for k in starts)
        return [boxes for batch in batches for boxes in self.selected(self(batch), (images.shape[2], images.shape[1]))]

    @staticmethod
    def selected(output: tuple[torch.Tensor, torch.Tensor], size: tuple[int, int]) -> list[Boxes]:
        """The boxes that count of each image in a detector's output."""
        corners, scores = output
        return [select(c, s, size) for c, s in zip(corners.cpu().numpy(), scores.cpu().numpy(), strict=True)]


def stages_of(model: FindingDetector, data: BoxDataModule) -> list[Stage]:
    """What the training of a detector consists of, in order."""
    if model.trainable == "all":
        return [Stage("all", partial(BoxImageFeed, model, data))]
    heads = Stage("heads", partial(MapFeed, model, data))
    return [_tuning(model, data), heads] if model.start == "nothing" else [heads]


def _tuning(model: FindingDetector, data: BoxDataModule) -> Stage:
    """A few box-free patients don't show what is normal: then the backbone is tuned on the boxes instead."""
    if data.few_negatives or model.tuned_on == "boxes":
        return Stage("backbone on boxes", partial(BoxImageFeed, model, data), TUNING)
    return Stage("backbone on labels", partial(_labels, model, data), TUNING, metric="auroc")


def _labels(model: FindingDetector, data: BoxDataModule) -> Feed:
    model.classifier.freeze_plan()
    return ImageFeed(model.classifier, data)


def _kind(start: FindingDetector | ImageClassifier | None) -> Literal["nothing", "classifier", "detector"]:
    if start is None:
        return "nothing"
    return "detector" if isinstance(start, FindingDetector) else "classifier"


def _head(classes: int) -> RetinaNetHead:
    head = RetinaNetHead(CHANNELS, anchors.SHAPES[1], classes, norm_layer=partial(nn.GroupNorm, 8))
    for part in (head.classification_head, head.regression_head):
        part.conv = part.conv[:CONVOLUTIONS]
    return head


def _shifted(grid: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """Anchors (anchors, 4) moved and stretched by offsets (N, anchors, 4) as in Girshick et al. 2014, equations 1-4."""
    size, centre = grid[:, 2:] - grid[:, :2], (grid[:, 2:] + grid[:, :2]) / 2
    centres = centre + offsets[..., :2] * size
    sizes = size * offsets[..., 2:].clamp(max=4.0).exp()
    return torch.cat([centres - sizes / 2, centres + sizes / 2], dim=-1)
