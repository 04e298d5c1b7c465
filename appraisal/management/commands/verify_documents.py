"""Whether every issued paper still is the file that was issued."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.management.base import BaseCommand

from appraisal.models import IssuedDocument


class Command(BaseCommand):
    help = "按印发时的校验值核对所有已印发文件。有不符时退出码为1。"

    def handle(self, *args: Any, **options: Any) -> None:
        rows = IssuedDocument.objects.order_by("pk").values_list("pk", "title", "sha256", "file__content")
        checked = wrong = 0
        for pk, title, checksum, content in rows.iterator(chunk_size=50):
            checked += 1
            if content is None or hashlib.sha256(bytes(content)).hexdigest() != checksum:
                wrong += 1
                self.stderr.write(f"{title}（编号{pk}）：文件与印发时的校验值不符。")
        if wrong:
            self.stderr.write(f"共核对{checked}件，有{wrong}件不符，请以盖章的纸质件为准，并联系维护人员。")
            raise SystemExit(1)
        self.stdout.write(f"共核对{checked}件已印发文件，都与印发时一致。")
