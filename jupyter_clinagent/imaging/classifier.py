"""The classifier: a pretrained backbone and one linear layer, with a freezing plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import lightning as L
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.imaging.backbones import DEFAULT, load_backbone
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.schedule import level, one_cycle
from jupyter_clinagent.imaging.stages import Stage
from jupyter_clinagent.imaging.views import blended, views_of

Trainable = Literal["head", "half", "all"]
PEAK_RATES: dict[str, float] = {"head": 3e-3, "half": 1e-3, "all": 6e-4}
EARLY_RATE = 0.3
"""The first half of the backbone learns slower by this factor."""
LONG = 200
"""From so many steps on the mean of the weights is better than the last ones: on melanoma against nevus (HAM10000, half-frozen)
AUROC .923 after 400 steps and .927 after 500, against .917 after 300 to 850 steps of a one-cycle schedule."""
OTHERS = "others."
"""Prefix of the weights of an ensemble's further members."""


class ImageClassifier(L.LightningModule):
    """Class probabilities of uint8 RGB images (N, H, W, 3).

    Parameters
    ----------
    classes
        Names, in the order of the outputs.
    backbone
        See :func:`~jupyter_clinagent.imaging.backbones.load_backbone`.
    trainable
        ``head``: a linear probe on features computed once; ``half``: the later half of the backbone and the head;
        ``all``. What is frozen keeps its batch statistics too.
    class_weights
        Weights of the loss, by class name or in the order of ``classes``.
    label_smoothing, dropout, weight_decay
        Regularisation.
    learning_rate
        Peak of the one-cycle schedule; by default :data:`PEAK_RATES`.
    equal_prevalence
        Decide as if all classes were equally common: what balanced accuracy asks for. See :attr:`decision_weights`.
    mixup
        Blend pairs of training images and their labels, with shares drawn from Beta(mixup, mixup) (Zhang et al. 2018); 0:
        never. Two blended radiographs have two hearts and two sides, so it is for pictures without an upright, such as skin.
    mean_weights
        Whether a training leaves the mean of its weights; by default where it has at least :data:`LONG` steps.
    weights_file
        Local weights for another backbone than the default.
    start
        Go on from this trained model (of the same classes and backbone; of an ensemble from its first member) instead of
        from the pretrained weights.
    """

    mean: torch.Tensor
    std: torch.Tensor
    class_weights: torch.Tensor
    log_excess: torch.Tensor
    prevalence: torch.Tensor

    def __init__(
        self,
        classes: Sequence[str],
        backbone: str = DEFAULT,
        trainable: Trainable = "half",
        class_weights: Mapping[str, float] | Sequence[float] | None = None,
        *,
        label_smoothing: float = 0.05,
        learning_rate: float | None = None,
        dropout: float = 0.2,
        weight_decay: float = 0.01,
        equal_prevalence: bool = False,
        mixup: float = 0.0,
        mean_weights: bool | None = None,
        weights_file: str | Path | None = None,
        start: ImageClassifier | None = None,
    ) -> None:
        super().__init__()
        if trainable not in PEAK_RATES:
            raise ValueError(f"trainable must be one of {', '.join(PEAK_RATES)}, not {trainable!r}")
        self.classes, self.backbone_name, self.trainable = list(classes), backbone, trainable
        self.label_smoothing, self.weight_decay = label_smoothing, weight_decay
        self.learning_rate = learning_rate or PEAK_RATES[trainable]
        self.equal_prevalence, self.total_steps = equal_prevalence, 1
        self.mixup, self.mean_weights = mixup, mean_weights
        self.closer: bool = start.closer if start else False
        self.symmetries: tuple[str, ...] = ()
        self.backbone = load_backbone(backbone, weights_file)
        self.dropout = nn.Dropout(dropout)
        self.head = self.new_head(self.backbone.channels)
        self.register_buffer("mean", torch.tensor(self.backbone.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(self.backbone.std).view(1, 3, 1, 1))
        self.register_buffer("class_weights", _weights(class_weights, self.classes))
        self.register_buffer("log_excess", torch.zeros(len(self.classes)))
        self.register_buffer("prevalence", torch.full((len(self.classes),), 1 / len(self.classes)))
        self.start_recipe = start.recipe if start else None
        if start:
            known = {name: tensor for name, tensor in start.state_dict().items() if not name.startswith(OTHERS)}
            self.load_state_dict({**known, "class_weights": self.class_weights})
        self.to(memory_format=torch.channels_last)
        self.freeze_plan()

    @property
    def averaged(self) -> bool:
        """Whether a training leaves the mean of its weights: a long one does; a linear probe has one best solution anyway."""
        wanted = self.total_steps >= LONG if self.mean_weights is None else self.mean_weights
        return self.trainable != "head" and wanted

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that decides how the model is trained, as plain data."""
        return {
            "backbone": self.backbone_name,
            "backbone_sha256": self.backbone.sha256,
            "classes": self.classes,
            "trainable": self.trainable,
            "class_weights": [round(float(weight), 6) for weight in self.class_weights],
            "label_smoothing": self.label_smoothing,
            "learning_rate": self.learning_rate,
            "dropout": self.dropout.p,
            "weight_decay": self.weight_decay,
            "equal_prevalence": self.equal_prevalence,
            "start": self.start_recipe,
            **({"mixup": self.mixup} if self.mixup else {}),
            **({} if self.mean_weights is None else {"mean_weights": self.mean_weights}),
            **({"closer": True} if self.closer else {}),
        }

    # -------------------------------------------------------------- the network
    def new_head(self, channels: int) -> nn.Linear:
        """What makes logits (N, classes) of pooled features: the same start on every machine, and even odds for every class."""
        head = nn.Linear(channels, len(self.classes))
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)
        return head

    @property
    def directions(self) -> torch.Tensor:
        """How much each pooled feature speaks for each class (classes, channels): what heat maps are made of."""
        return self.head.weight

    @property
    def networks(self) -> list[ImageClassifier]:
        """The networks whose logits make up this model's: itself, or the members of an ensemble."""
        return [self]

    def normalised(self, images: torch.Tensor) -> torch.Tensor:
        """Images (N, H, W, 3), 0 … 255, as the backbone expects them: (N, 3, H, W), channels last in memory."""
        x = images.to(self.mean.dtype).permute(0, 3, 1, 2)
        return ((x - self.mean) / self.std).contiguous(memory_format=torch.channels_last)

    def embed(self, images: torch.Tensor) -> torch.Tensor:
        """Pooled features (N, channels) of images (N, H, W, 3)."""
        return self.embed_normalised(self.normalised(images))

    def embed_normalised(self, x: torch.Tensor) -> torch.Tensor:
        """Pooled features (N, channels) of :meth:`normalised` images."""
        features: torch.Tensor = self.backbone(x)
        return features.mean(dim=(2, 3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (N, classes) of images (N, H, W, 3)."""
        logits: torch.Tensor = self.head(self.dropout(self.embed(images)))
        return logits

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Softmax at the training set's natural prevalence, averaged over the :attr:`symmetries` of the pictures."""
        views = views_of(images, self.symmetries, self.closer)
        return torch.stack([(self(view) - self.log_excess).softmax(dim=1) for view in views]).mean(dim=0)

    def looking_closer(self) -> Self:
        """A copy that looks at the middle of each picture as well, magnified (test-time augmentation); nothing is trained."""
        copy = deepcopy(self)
        copy.closer = True
        return copy.eval()

    # -------------------------------------------------------------- training
    def trained_with(self, drawn: np.ndarray, natural: np.ndarray) -> None:
        """Take note of how often each class is drawn and how often it occurs; both sum to 1.

        Probabilities are corrected for the difference (Saerens et al. 2002), which keeps them calibrated and ranks images
        better (figures at the top of :mod:`~jupyter_clinagent.imaging.training`).
        """
        excess = np.maximum(drawn, 1e-9) * self.class_weights.double().cpu().numpy() / np.maximum(natural, 1e-9)
        self.log_excess.copy_(torch.from_numpy(np.log(np.maximum(excess, 1e-9) / np.maximum(excess, 1e-9).max())))
        self.prevalence.copy_(torch.from_numpy(np.maximum(natural, 1e-9)))

    @property
    def decision_weights(self) -> np.ndarray | None:
        """The class with the highest probability *times this* is named; None: simply the likeliest."""
        if not self.equal_prevalence:
            return None
        return np.asarray(1 / self.prevalence.double().cpu().numpy())

    def stages(self, data: CohortDataModule) -> list[Stage]:
        """One: features computed once where only the head learns, else augmented images."""
        from jupyter_clinagent.imaging.feeds import ImageFeed, ProbeFeed

        return [Stage(self.trainable, partial(ProbeFeed if self.trainable == "head" else ImageFeed, self, data))]

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _index: int) -> torch.Tensor:
        """Weighted cross-entropy of a batch of images, or of features where only the head is trained."""
        inputs, labels = batch
        if self.mixup and inputs.ndim == 4:
            return blended(inputs.to(self.mean.dtype), labels, self.mixup, self, self._loss)
        return self._loss(self.head(self.dropout(inputs)) if inputs.ndim == 2 else self(inputs), labels)

    def _loss(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(logits, labels, self.class_weights, label_smoothing=self.label_smoothing)

    def score(
        self, metric: str, labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
    ) -> float | None:
        """The figure by which its training is watched, of labels (N,) and class probabilities (N, classes)."""
        return metrics.score(metric, labels, probabilities, weights=weights)

    def train(self, mode: bool = True) -> ImageClassifier:
        """Training mode for what is trained; what is frozen stays in evaluation mode with its batch statistics."""
        super().train(mode)
        for part in self._frozen():
            part.eval()
        return self

    def configure_optimizers(self) -> Any:
        """AdamW over :attr:`total_steps`, at a level rate where the weights are averaged, else with a one-cycle schedule."""
        peak = self.learning_rate
        parts = [(self.head, peak), (self.backbone.second, peak), (self.backbone.first, EARLY_RATE * peak)]
        return (level if self.averaged else one_cycle)(parts, self.total_steps, self.weight_decay)

    def _frozen(self) -> list[nn.Module]:
        parts: dict[str, list[nn.Module]] = {"head": [self.backbone], "half": [self.backbone.first], "all": []}
        return parts[self.trainable]

    def freeze_plan(self) -> None:
        """Let only what :attr:`trainable` names take gradients."""
        self.requires_grad_(True)
        for part in self._frozen():
            part.requires_grad_(False)

    # -------------------------------------------------------------- prediction
    def predict_proba(self, data: CohortDataModule, partition: Partition) -> tuple[list[str], np.ndarray]:
        """Image ids and class probabilities (N, classes), float64, rows summing to 1."""
        return data.ids(partition), self.predict_images(data.images(partition))

    @torch.inference_mode()
    def predict_images(self, images: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """Class probabilities (N, classes) of preprocessed uint8 images (N, H, W, 3), float64."""
        self.eval()
        batches = range(0, len(images), batch_size)
        parts = [self.probabilities(self._tensor(images[k : k + batch_size])).double().cpu().numpy() for k in batches]
        probabilities = np.concatenate([np.empty((0, len(self.classes))), *parts])
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))

    def _tensor(self, images: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.array(images)).to(self.device)


class Ensemble(ImageClassifier):
    """Several trained classifiers asked together: their errors differ, so the mean of their logits errs less.

    Lakshminarayanan et al. 2017. On melanoma against nevus (HAM10000, 1,307 lesion-disjoint images) two half-frozen models of
    AUROC .917 and .918 gave .926 together, a half-frozen and a fully tuned one of .917 and .918 gave .925; averages of the
    *weights* were worse than either.

    Parameters
    ----------
    members
        Trained on the same data, the best one first; it is what a later training goes on from.
    weights_file
        As of :class:`ImageClassifier`.

    Raises
    ------
    ValueError
        Fewer than two members, or members of other classes or another backbone.
    """

    def __init__(self, members: Sequence[ImageClassifier], weights_file: str | Path | None = None) -> None:
        if len(members) < 2:
            raise ValueError("an ensemble needs at least two members")
        first = members[0]
        if any((m.classes, m.backbone.sha256) != (first.classes, first.backbone.sha256) for m in members):
            raise ValueError("the members of an ensemble have the same classes and backbone")
        plan, equal = first.trainable, first.equal_prevalence
        super().__init__(first.classes, first.backbone_name, plan, equal_prevalence=equal, weights_file=weights_file, start=first)
        self.others = nn.ModuleList(members[1:])
        self.symmetries = first.symmetries[:1]  # two views by each are as good as four by one, and cost less
        self.member_recipes = [member.recipe for member in members]
        self.eval()

    @property
    def recipe(self) -> dict[str, Any]:
        """That of the first member, and those of all."""
        closer = {"closer": True} if self.closer else {}
        return {**self.member_recipes[0], "members": self.member_recipes, **closer}

    @property
    def networks(self) -> list[ImageClassifier]:
        """All of them; the first one's weights are this model's own."""
        return [self, *self.others]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Mean logits (N, classes) of images (N, H, W, 3)."""
        return torch.stack([super().forward(images), *(member(images) for member in self.others)]).mean(dim=0)


def _weights(weights: Mapping[str, float] | Sequence[float] | None, classes: list[str]) -> torch.Tensor:
    if weights is None:
        return torch.ones(len(classes))
    values = [weights[name] for name in classes] if isinstance(weights, Mapping) else list(weights)
    if len(values) != len(classes):
        raise ValueError(f"{len(classes)} class weights are needed, not {len(values)}")
    return torch.tensor([float(value) for value in values])
