"""Forms already answered, so that a doubled POST does its work once."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AnsweredForm(models.Model):
    """The token of one form and where its first sending led. A second sending is led there too."""

    token = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "answered_form"
        verbose_name = "已答复的表单"
        verbose_name_plural = "已答复的表单"

    def __str__(self) -> str:
        return str(self.token)
