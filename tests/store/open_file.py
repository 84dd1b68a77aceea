"""``python -m tests.store.open_file PATH`` prints why the file cannot be opened."""

import sys
from pathlib import Path

from bot.store.sqlite_errors import SqliteUnavailable
from bot.store.sqlite_file import SqliteFile

if __name__ == "__main__":
    try:
        SqliteFile(Path(sys.argv[1]))
    except SqliteUnavailable as error:
        print(error)
