"""What the bot keeps: ports, the collections, and one adapter an engine."""
