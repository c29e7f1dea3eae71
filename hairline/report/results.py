"""The scores of a study read back, arm by arm: what every table and figure starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairline import io
from hairline.config import Repeat
from hairline.metrics import mean_interval


@dataclass(frozen=True)
class Arm:
    """All repeats of one arm of a study."""

    name: str
    about: str
    runs: Sequence[Mapping[str, Any]]
    """metrics.json of each repeat."""
    speeds: Sequence[Mapping[str, Any]]

    @property
    def first(self) -> Mapping[str, Any]:
        return self.runs[0]

    @property
    def target(self) -> str:
        """The class that the study is about: the first one beside background."""
        return list(self.first["scores"]["classes"])[1]

    def score(self, name: str) -> tuple[float | None, Sequence[float | None] | None]:
        """The mean over repeats and its 95 % interval: over images for one repeat, Student's over several."""
        values = [self._value(run, name) for run in self.runs]
        present = [value for value in values if value is not None]
        if not present:
            return None, None
        if len(self.runs) == 1:
            return present[0], self._interval(name)
        mean, low, high = mean_interval(present)
        return mean, (low, high)

    def _value(self, run: Mapping[str, Any], name: str) -> float | None:
        scores = run["scores"]
        return scores[name] if name in scores else scores["classes"][self.target].get(name)

    def _interval(self, name: str) -> Sequence[float | None] | None:
        intervals = self.first["intervals"]
        return intervals[name] if name in intervals else intervals["classes"][self.target].get(name)


def read_arms(folder: Path, arms: Mapping[str, str], repeats: Sequence[Repeat]) -> list[Arm]:
    """The arms that the parameters name, in their order; a missing file says what to run."""
    return [
        Arm(
            name,
            about,
            [io.read_json(folder / f"{run_name(name, repeat)}.json") for repeat in repeats],
            [io.read_json(folder / f"{run_name(name, repeat)}.speed.json") for repeat in repeats],
        )
        for name, about in arms.items()
    ]


def run_name(arm: str, repeat: Repeat) -> str:
    """`hrsegnet@cfd` is the arm hrsegnet scored on the data set cfd; its files keep that order."""
    name, _, dataset = arm.partition("@")
    return f"{repeat.of(name)}@{dataset}" if dataset else repeat.of(name)
