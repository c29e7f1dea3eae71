"""Instance normalisation that is fast on a CPU with channels_last pictures.

torch's own copies such a picture to the other memory layout and back, and its group norm has a slow bf16 backward.
Here a row of the picture, all columns and channels, is one long vector, so each step is a wide, in-place operation in
float32. Training MCFF-L in bf16 goes 1.1 to 1.2 times as fast as with torch's, for the same values.
"""

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable


class InstanceNorm(nn.InstanceNorm2d):
    """nn.InstanceNorm2d with scale and shift and without running statistics; same weights, same values."""

    def __init__(self, channels: int, *, eps: float) -> None:
        super().__init__(channels, eps=eps, affine=True)

    def forward(self, image: Tensor) -> Tensor:
        rows_fit = image.is_cpu and image.is_contiguous(memory_format=torch.channels_last)
        if not rows_fit or torch.compiler.is_compiling() or torch.onnx.is_in_onnx_export() or torch.jit.is_tracing():
            return super().forward(image)  # a GPU has a better kernel; an exported graph wants the one plain operation
        return _RowNorm.apply(image, self.weight, self.bias, self.eps)


class _RowNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, image: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        pixels, columns = image.shape[2] * image.shape[3], image.shape[3]
        rows = _as_rows(image)
        mean = _sum_of_channels(rows, columns) / pixels  # [B, C]
        rows = rows - _along_row(mean, columns)
        variance = _sum_of_channels(rows * rows, columns) / pixels
        scale = torch.rsqrt(variance + eps)
        rows.mul_(_along_row(scale * weight.float(), columns)).add_(bias.float().repeat(columns))
        ctx.save_for_backward(image, mean, scale, weight)
        return _as_image(rows, image)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        image, mean, scale, weight = ctx.saved_tensors
        pixels, columns = image.shape[2] * image.shape[3], image.shape[3]
        rows, above = _as_rows(image), _as_rows(gradient)
        above_sum = _sum_of_channels(above, columns)  # [B, C]: of dL/dy, and of dL/dy times the normalised value
        above_dot = (_sum_of_channels(above * rows, columns) - above_sum * mean) * scale
        # dL/dx = g (dL/dy - mean(dL/dy) - n mean(dL/dy n)), g = weight scale, n = (x - mean) scale
        factor = weight.float() * scale
        of_image = -factor * scale * above_dot / pixels
        constant = -factor * above_sum / pixels - of_image * mean
        below = above * _along_row(factor, columns)
        below.add_(_along_row(constant, columns)).addcmul_(rows, _along_row(of_image, columns))
        return _as_image(below, image), above_dot.sum(0).to(weight.dtype), above_sum.sum(0).to(weight.dtype), None


def _as_rows(image: Tensor) -> Tensor:
    """[B, C, H, W] -> float32 [B, H, W * C], a view where dtype and layout allow."""
    return image.permute(0, 2, 3, 1).flatten(2).float()


def _as_image(rows: Tensor, like: Tensor) -> Tensor:
    batch, channels, height, width = like.shape
    return rows.to(like.dtype).view(batch, height, width, channels).permute(0, 3, 1, 2)


def _sum_of_channels(rows: Tensor, columns: int) -> Tensor:
    return rows.sum(1).unflatten(1, (columns, -1)).sum(1)  # [B, C]


def _along_row(values: Tensor, columns: int) -> Tensor:
    return values.repeat(1, columns).unsqueeze(1)  # [B, C] -> [B, 1, W * C]
