"""JSON over HTTP: thin doors to the services and selectors of collateral."""
