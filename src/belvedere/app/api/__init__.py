"""The typed interface the pages are built on, under `/api/v1`; its description is `web/openapi.json`."""
