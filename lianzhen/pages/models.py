"""Forms already answered, so that a doubled POST does its work once."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AnsweredForm(models.Model):
    """The token of one form, a digest of what was sent with it, and where that led.

    The same token with the same words is a doubled sending and is led to the first one's answer. The same
    token with other words is new work: somebody went back, changed the name and registers the next person.
    """

    token = models.UUIDField()
    digest = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "answered_form"
        verbose_name = "已答复的表单"
        verbose_name_plural = "已答复的表单"
        constraints = [models.UniqueConstraint(name="answered_form_once", fields=["token", "digest"])]

    def __str__(self) -> str:
        return str(self.token)
