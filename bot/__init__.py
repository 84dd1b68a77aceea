"""Paved Road: a filed issue form becomes a finished repository."""
