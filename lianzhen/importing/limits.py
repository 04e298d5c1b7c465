"""How much one upload may hold, and the refusal that says so."""

MOST_BYTES = 20 * 1024 * 1024
#: What the parts of a workbook may come to once unpacked: 1,000,000 empty formatted rows are about 80 MB.
MOST_UNPACKED = 150 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 100
MOST_SHEETS = 60


class Unreadable(ValueError):
    """The file cannot be taken; the message says what to do."""
