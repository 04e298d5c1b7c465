#!/usr/bin/env bash
# One consistent copy of the database, and the uploaded files, into BACKUP_FOLDER.
#
# The application may run meanwhile. Works for both databases; reads the same settings as the
# application. A copy that cannot be read again counts as none: it is removed and the exit code is 1.
# Copies older than KEEP_DAYS go, except those of the first of a month, which stay.
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${BACKUP_FOLDER:-/var/backups/lianzhen}
keep_days=${KEEP_DAYS:-60}
python=.venv/bin/python
stamp=$(date +%Y%m%d-%H%M%S)
mkdir -p "$folder"

database() { "$python" -c "from lianzhen.settings import DATABASES; db = DATABASES['default']; print($1)"; }

case "$(database "db['ENGINE']")" in
    *postgresql)
        # In the environment and not as arguments, which everybody on the machine can read.
        PGHOST=$(database "db['HOST'] or db.get('OPTIONS', {}).get('host', '')")
        PGPORT=$(database "db['PORT']")
        PGUSER=$(database "db['USER']")
        PGPASSWORD=$(database "db['PASSWORD']")
        PGDATABASE=$(database "db['NAME']")
        export PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE
        copy="$folder/lianzhen-$stamp.dump"
        trap 'rm -f "$copy.part"' EXIT
        pg_dump --format=custom --no-owner --file="$copy.part"
        pg_restore --list "$copy.part" >/dev/null
        ;;
    *)
        copy="$folder/lianzhen-$stamp.sqlite3"
        trap 'rm -f "$copy.part"' EXIT
        # What the `.backup` command of sqlite3 does, without asking for that program.
        "$python" - "$(database "db['NAME']")" "$copy.part" <<'END'
import sqlite3
import sys
from pathlib import Path

# mode=rw: a wrong path is an error, where sqlite3 would otherwise make an empty database and copy that.
source = sqlite3.connect(Path(sys.argv[1]).resolve().as_uri() + "?mode=rw", uri=True)
target = sqlite3.connect(sys.argv[2])
source.backup(target)
answer = target.execute("PRAGMA integrity_check").fetchone()[0]
tables = target.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]
target.close()
if answer != "ok" or not tables:
    sys.exit(f"备份不完整：{answer}，{tables}张表")
END
        ;;
esac
mv "$copy.part" "$copy"

if [ -d var/media ]; then
    tar --create --gzip --file="$folder/media-$stamp.tar.gz" --directory=var media
fi

find "$folder" -maxdepth 1 -type f \( -name 'lianzhen-*' -o -name 'media-*' \) \
    ! -name '*-[0-9][0-9][0-9][0-9][0-9][0-9]01-*' -mtime "+$keep_days" -delete
echo "已备份：$copy（$(du -h "$copy" | cut -f1)）"
