"""Google Cloud Translation (v3): texts into Spanish, and into English where asked for.

`project` says who pays and where, `connection` signs in and goes by `grpc_connection` or `rest_connection`, which take
a `wording`; `translation` asks and sorts, `marks` sees that redaction marks come back whole, `failures` says what
errors mean.
"""

from fiber_pipeline.services.google.from_settings import google_project, translation_services
from fiber_pipeline.services.google.project import GoogleProject
from fiber_pipeline.services.google.translation import GoogleService, translation_service

__all__ = ["GoogleProject", "GoogleService", "google_project", "translation_service", "translation_services"]
