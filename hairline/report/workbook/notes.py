"""How to read the workbook, and the definition of every score."""

from hairline.metrics import definitions
from hairline.report.workbook.sheet import Column, Sheet, SheetTable

OF = {
    "split": "the whole split",
    "class": "each class",
    "foreground": "each class but background",
    "tolerance": "each class but background, at each tolerance",
}
READING = {
    "n/a": "The score does not exist: the class has no true pixel in the test pictures, or it was not measured. It is "
    "never 0 and takes part in no mean.",
    "empty cell": "The score is not defined for that row, for example a tolerant score of background.",
    "pooling": "Counts are added up over all test pictures before anything is divided. Where a score is a mean over "
    "pictures its name says per_image (and ois is one); a mean over classes says how it weighs them.",
    "tolerance": "At 2 px, a predicted pixel counts as right if a true one lies within 2 pixels, and a true one as "
    "found if a predicted one does. Drawn masks are rarely more exact than that. F1 at 0 px is strict.",
    "interval": "95 %. For one repeat: percentile bootstrap over the test pictures, so it says nothing of another "
    "training. For several repeats: Student's t over their scores, which holds the chance of training too.",
    "difference": "Arm minus reference on the same pictures. Its interval and p are of the pair, so it may be clear "
    "even where the intervals of the two arms overlap.",
    "p": "Randomisation test: the share of random swaps of the two arms' results, picture by picture, whose difference "
    "is at least as large. Many comparisons ask for more than p < 0.05.",
    "best on val": "What is chosen is chosen on validation pictures; test pictures are only reported.",
    "threshold": "A pixel is given a class where its probability reaches the threshold that was best on val. Of "
    "several classes beside background it is given the likeliest, or, with train.decide: thresholds, the one whose "
    "probability lies farthest above its own threshold.",
    "MB": "Of the weights file: millions of bytes.",
    "parameters, MACs": "Of the network as it is used; MACs are multiplications with addition for one picture.",
    "time": "Measured on the machine that scored the runs; compare times within one workbook only. Each engine was "
    "held to torch's answer first; n/a: it cannot run the network.",
    "colours": "Of scores: vermilion is 0, white 0.5, blue 1, in all sheets. Of the shares in confusion: white is 0, "
    "blue 1.",
}


def notes() -> Sheet:
    reading = SheetTable(
        "notes_reading", [Column("word"), Column("meaning", "prose")], [list(row) for row in READING.items()], "Reading"
    )
    rows = [[row["name"], row["meaning"], OF[row["level"]], row["needs"]] for row in definitions()]
    columns = [Column("score"), Column("meaning", "prose"), Column("of"), Column("needs")]
    return Sheet("notes", "What the numbers mean", (), [reading, SheetTable("notes_scores", columns, rows, "Scores")])
