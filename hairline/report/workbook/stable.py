"""The same bytes for the same content: openpyxl stamps the clock on every part of the file, and this takes it off."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

FIRST = "[Content_Types].xml"
CORE = "docProps/core.xml"
NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can name
NO_TIME = b"1980-01-01T00:00:00Z"


def to_bytes(book: Workbook) -> bytes:
    drawn = BytesIO()
    book.save(drawn)
    result = BytesIO()
    with ZipFile(drawn) as source, ZipFile(result, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != FIRST, name)):
            content = source.read(name)
            if name == CORE:
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + NO_TIME, content)
            entry = ZipInfo(name, NO_DATE)
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content, ZIP_DEFLATED, 6)
    return result.getvalue()
