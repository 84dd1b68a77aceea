"""What the local GitHub remembers: plain records, tables over them, a journal on disk."""
