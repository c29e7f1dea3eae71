"""Arms of one reference against each other: folded, for the few who ask whether the second is really worse."""

from hairline.html.markup import Html, tag
from hairline.report.study.results import HEADLINES, Study
from hairline.report.study.study_table import siblings_table


def siblings(study: Study) -> Html | None:
    if not study.siblings:
        return None
    content = siblings_table(study)
    head = tag("tr", *(tag("th", column, scope="col") for column in content.columns))
    rows = [tag("tr", *(tag("td", row[column]) for column in content.columns)) for row in content.rows]
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="facts")
    label = f"{study.name}: arms against each other"
    return tag(
        "details",
        tag("summary", tag("b", "against each other"), f" {HEADLINES[study.headline]}, {len(rows)} pairs"),
        tag("p", "Paired. No interval is widened for the number of pairs."),
        tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=label),
    )
