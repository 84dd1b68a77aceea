"""The service. Its parts are put together in ``app``."""
