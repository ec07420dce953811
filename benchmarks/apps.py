"""The benchmarks as a Django application, so that their command is found."""

from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"
