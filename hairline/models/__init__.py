"""Networks: image [B, 3, H, W] in, logits [B, C, H, W] out. A new network is a new file here and nothing else."""

import importlib
import pkgutil

from hairline.models.parts.heads import forward_heads, heads
from hairline.models.parts.registry import create_model, list_models, register_model

__all__ = ["create_model", "forward_heads", "heads", "list_models", "register_model"]

for _module in pkgutil.iter_modules(__path__):
    if not _module.ispkg:
        importlib.import_module(f"{__name__}.{_module.name}")
