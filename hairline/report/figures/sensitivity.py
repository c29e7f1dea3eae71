"""Which layers can spare channels: the score of the network with each cut alone, a row a layer, from the image down."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from hairline import io, palette
from hairline.report.figures import style

TABLE = "sensitivity.csv"


def sensitivity(rows: Sequence[dict[str, str]], *, about: str) -> Figure:
    """A mark a ratio; the line is the whole network, so what lies on it can go."""
    whole = float(rows[0]["iou"])
    cut = rows[1:]
    groups = list(dict.fromkeys((row["group"], row["width"]) for row in cut))
    ratios = list(dict.fromkeys(row["ratio"] for row in cut))
    names = {ratio: f"{float(ratio):.0%} cut" for ratio in ratios}
    looks = style.looks(list(names.values()))
    with style.paper():
        figure, axes = style.panels(1, 1, width=style.DOUBLE, height=0.8 + 0.17 * len(groups))
        panel = axes[0, 0]
        panel.axvline(whole, color=palette.BLACK, linewidth=0.8)
        for ratio in ratios:
            own = [row for row in cut if row["ratio"] == ratio]
            look = looks[names[ratio]]
            places = [groups.index((row["group"], row["width"])) for row in own]
            panel.plot(
                [float(row["iou"]) for row in own], places, color=look.colour, marker=look.marker, linestyle="none"
            )
        panel.set_yticks(range(len(groups)), [f"{style.shorten(name, 40)}, {width}" for name, width in groups])
        panel.set(ylim=(len(groups) - 0.4, -0.6), xlabel="IoU on val, mean of the classes")
        style.title(figure, f"{about}; each layer cut alone, its width beside its name; line: the whole network")
        style.legend_below(figure, looks, line="none")
        return style.settle(figure)


def write_sensitivity(folder: Path, *, about: str) -> None:
    """The figure of the table in `folder`, beside it, without a date."""
    figure = sensitivity(io.read_csv(folder / TABLE), about=about)
    with style.paper():
        figure.savefig(folder / "sensitivity.svg", metadata={"Date": None, "Creator": None})
        figure.savefig(folder / "sensitivity.png", metadata={"Software": None})
