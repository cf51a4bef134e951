"""Shared by all tests: being here puts this folder on the import path, so tests can import document_maker."""
