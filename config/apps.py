"""The composition root as a Django application, so that its commands are found."""

from django.apps import AppConfig


class CompositionConfig(AppConfig):
    name = "config"
    verbose_name = "Ballast"
