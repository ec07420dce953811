"""Thin doors for the workers."""

from celery import shared_task

from portal.services import mail


@shared_task
def send_mail() -> None:
    """Tell owners and verifiers by mail what is new. Safe to run twice at once."""
    mail.send_mail()
