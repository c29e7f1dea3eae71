"""`evaluate`, `report` and `track`: what is scored, shown and told to MLflow."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from hairline.sections import Section

EngineName = Literal["torch", "openvino"]


class LatencyParams(Section):
    engines: list[EngineName] = Field(min_length=1)
    """What runs the network: of hairline.cost.latency.list_engines(). The first one is that of the figures."""
    size: int = Field(gt=0)
    """Side of the square picture, pixels."""
    threads: int = Field(gt=0)
    """CPU threads of the engine; on a drone there may be one to spare."""
    warmup: int = Field(ge=0)
    """Answers before the clock starts."""
    runs: int = Field(gt=0)
    """Answers that are timed."""

    @field_validator("engines")
    @classmethod
    def _each_once(cls, engines: list[str]) -> list[str]:
        if len(set(engines)) < len(engines):
            raise ValueError("an engine stands there twice; each is timed once")
        return engines


class EvaluateParams(Section):
    split: Literal["test", "val"]
    """Which pictures are scored. val: to choose between recipes; test: to say, once, how good the chosen one is."""
    tile: int = Field(ge=0)
    """Side of the overlapping squares that larger pictures are cut into for the network, pixels; 0: none are."""
    tolerances: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    """How far a predicted pixel may lie from a true one and still count, pixels."""
    bootstrap: int = Field(ge=100)
    """Resamples of the test images behind each 95 % interval."""
    latency: LatencyParams


class ReportParams(Section):
    """How much of the results is drawn and embedded."""

    overlays: int = Field(ge=0)
    """Pictures of true and false pixels per run: half of them the worst, the rest spread evenly."""
    gallery: int = Field(ge=0)
    """Test pictures per data set that the page shows."""
    samples: int = Field(ge=0)
    """Overlays per study that the workbook embeds."""


class TrackParams(Section):
    """What goes to MLflow beside figures, parameters and reports."""

    models: Literal["none", "best", "all"]
    """Whose network is stored: nobody's, that of each study's best run, or every run's."""
    register_best: bool
    """Register each study's best network under the study's name, with the alias `best`."""
