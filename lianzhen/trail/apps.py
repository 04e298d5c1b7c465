from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrailConfig(AppConfig):
    name = "lianzhen.trail"
    label = "trail"
    verbose_name = "操作记录"

    def ready(self) -> None:
        from lianzhen.trail import guards
        from lianzhen.trail.models import AuditEntry

        guards.append_only(AuditEntry)
        # After every migrate, not in a migration: SQLite rebuilds a table to alter it and drops its
        # triggers without a word, so a guard laid once would be gone after the next schema change.
        post_migrate.connect(guards.install_after_migrate, sender=self)
