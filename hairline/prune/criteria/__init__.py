"""How much a channel matters: a criterion gives each channel of a group a number, and the lowest go first.

One criterion a file; a new one is a new file here and nothing else.
"""

import importlib
import pkgutil

from hairline.prune.criteria._registry import Criterion, Evidence, criterion_named, list_criteria

__all__ = ["Criterion", "Evidence", "criterion_named", "list_criteria"]

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        importlib.import_module(f"{__name__}.{_module.name}")
