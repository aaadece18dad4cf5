"""What comments, responses and customers are named with, as a resource."""

from fiber_pipeline.cleaning import Identities
from fiber_pipeline.installation import read_keys
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse


class IdentitiesResource:
    """Reads the installation's secret each time it is asked: somebody may add a key at any moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def now(self) -> Identities:
        """What names are made with now."""
        return Identities(
            read_keys(self._settings.secret_path), code_all_customers=self._settings.customer_codes == "all"
        )

    def of(self, warehouse: Warehouse) -> Identities:
        """What names are made with now, and the names in the warehouse too from now on.

        Raises SecretUnusable where the warehouse's names were made with another secret.
        """
        identities = self.now()
        warehouse.bring_names_up_to_date(identities)
        return identities
