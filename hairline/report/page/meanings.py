"""What the scores on the page mean, in the words of the code that computes them."""

from hairline.html.markup import Html, join, tag
from hairline.metrics import definitions
from hairline.report.study.study_table import SCORES

RULES = (
    "Counts are added up over the pictures before anything is divided. A class without a true pixel has no score: n/a, "
    "never 0. TP are true pixels that were predicted, FP predicted ones that are not true, FN true ones that were not "
    "predicted. Parameters, GMAC (10⁹ multiplications with addition) and latency are those of predicting one picture; "
    "MB (10⁶ bytes) is the size of the weights file."
)
PAIR = "harmonic mean of these two"
"""In the list of definitions it stands beneath the two."""


def meanings() -> Html:
    told = {
        row["name"].format(t=2): row["meaning"].replace("within t pixels", "within 2 pixels") for row in definitions()
    }
    rows = {}
    for title, name in {**SCORES, "precision": "precision", "recall": "recall"}.items():
        pair = [told.get(name.replace("f1", part), "") for part in ("precision", "recall")]
        rows[title] = f"harmonic mean of: {'; '.join(pair)}" if told[name] == PAIR else told[name]
    listed = [tag("div", tag("dt", title), tag("dd", meaning)) for title, meaning in rows.items()]
    return join(tag("p", RULES), tag("dl", *listed, class_="meanings"))
