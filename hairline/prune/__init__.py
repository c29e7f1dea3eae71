"""Structured pruning: whole channels are taken out of a trained network, which stays an ordinary network.

    for step in pruning_steps(model, Pruning(criterion="taylor", ratio=0.5, steps=5), losses=losses):
        fine_tune(model)

Every step cuts `model` in place and gives its layers new parameters, so make a new optimiser after each. What is never
cut: the channels of the image, and the layers that say the classes. `hairline.models.parts.widths` tells what is left
of a network and builds it again. Before it is cut, every cut is tried on a copy: there, the smaller network must answer
as the whole one does with the same channels set to zero, else the cut is refused and the network is as it was.

For training in bf16 on a CPU, cut with `round_to=16`: dilated convolutions of odd widths have wrong gradients there.
"""

from hairline.prune.criteria import list_criteria
from hairline.prune.groups import Group, Structure, find_groups
from hairline.prune.sensitivity import Sensitivity, scan
from hairline.prune.settings import SCOPES, Pruning
from hairline.prune.steps import PruningStep, pruning_steps

__all__ = [
    "SCOPES",
    "Group",
    "Pruning",
    "PruningStep",
    "Sensitivity",
    "Structure",
    "find_groups",
    "list_criteria",
    "pruning_steps",
    "scan",
]
