"""torch as it is: each operation called from Python."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hairline.cost.latency._registry import Runner, register_engine


@register_engine("torch", title="torch f32", how="eager, channels_last")
@contextmanager
def eager(model: nn.Module, image: Tensor, threads: int) -> Iterator[Runner]:
    timed = model.to(memory_format=torch.channels_last)
    picture = image.contiguous(memory_format=torch.channels_last)
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            yield lambda: timed(picture)
    finally:
        torch.set_num_threads(threads_before)
