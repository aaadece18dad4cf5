"""Azure AI Language: sentiment with opinion mining, language detection and personal data, a text at a time.

`client` is Microsoft's SDK, asked as JSON; `service` sorts its answers; `sentiment`, `language` and
`personal_data` say what is asked and how an answer is kept. What an answer means for a table belongs to the engines.
"""

from fiber_pipeline.services.azure.client import AzureResource
from fiber_pipeline.services.azure.language import language_service
from fiber_pipeline.services.azure.personal_data import personal_data_service
from fiber_pipeline.services.azure.sentiment import sentiment_service
from fiber_pipeline.services.azure.service import AzureService

__all__ = ["AzureResource", "AzureService", "language_service", "personal_data_service", "sentiment_service"]
