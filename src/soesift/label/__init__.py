"""Asking a teacher about tables: prompts, providers, the ledger of answers, human labels."""
