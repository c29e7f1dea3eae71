"""What every study is made of: arms, the rows of its table, each repeated over seeds and folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Repeat:
    """One repetition of a study: its seed and its fold."""

    seed: int
    fold: int

    def of(self, arm: str) -> str:
        """The name of an arm's run: that of its folder and of its files in reports/."""
        return f"{arm}-s{self.seed}-f{self.fold}"


@dataclass(frozen=True)
class ArmPlan:
    """One row of a study's table, before anything is trained."""

    name: str
    about: str
    tested_on: str
    """A data set."""
    reference: str = ""
    """The arm on the same pictures that this one is held against; empty: none."""
    network_of: str = ""
    """The arm whose training this one tests on other pictures; empty: it has its own."""

    @property
    def is_trained(self) -> bool:
        """Whether it has a training of its own."""
        return not self.network_of

    @property
    def trained(self) -> str:
        """The arm whose training it tests: itself, or another."""
        return self.network_of or self.name

    def run(self, repeat: Repeat) -> str:
        """The name of one of its runs: `hrsegnet-cfd-s0-f0`, or `hrsegnet-cfd-s0-f0@deepcrack`."""
        return repeat.of(self.trained) + (f"@{self.tested_on}" if self.network_of else "")


class StudyParams(Protocol):
    """What the section of a study can say."""

    def plan(self) -> Sequence[ArmPlan]:
        """Its arms in the order of the table. Never what happens to lie on disk."""
        ...

    def repeats(self) -> Sequence[Repeat]: ...
