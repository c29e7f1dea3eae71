"""U-Net of segmentation-models-pytorch: a yardstick that nobody here tuned.

Paper: Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597; encoders of the library
https://github.com/qubvel-org/segmentation_models.pytorch
Differs: no pre-trained weights are fetched, and any image size is taken.
"""

from torch import Tensor, nn

from hairline.errors import InputError, did_you_mean
from hairline.models.parts.layers import pad_to_multiple
from hairline.models.parts.registry import Classes, register_model


class SmpUnet(nn.Module):
    def __init__(self, unet: nn.Module) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, image: Tensor) -> Tensor:
        """[B, 3, H, W] image -> [B, C, H, W] logits, for any H and W."""
        height, width = image.shape[-2:]
        return self.unet(pad_to_multiple(image, 32))[..., :height, :width]  # the encoder halves five times


@register_model
def smp_unet(*, classes: Classes, encoder: str = "resnet18") -> SmpUnet:
    import segmentation_models_pytorch as smp  # takes seconds, so only who wants this network waits

    known = smp.encoders.get_encoder_names()
    if encoder not in known:
        hint = did_you_mean(encoder, known).rstrip() or f"known: {', '.join(sorted(known))}"
        raise InputError(f"network smp_unet: there is no encoder {encoder}; {hint}")
    return SmpUnet(smp.Unet(encoder, encoder_weights=None, in_channels=3, classes=classes))
