"""Published files as the csv module alone reads them."""

import csv
import io
from pathlib import Path


def plain(path: Path, skip: int = 0, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """The rows of a CSV by the csv module alone, blank ones left out."""
    lines = path.read_bytes().decode(encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")[skip:]
    rows = csv.DictReader(io.StringIO("\n".join(lines)))
    return [row for row in rows if any(row.values())]
