"""The steps of a replay, one subject a module; ``workbench.storage.warehouse`` runs them."""
