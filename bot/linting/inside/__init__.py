"""What runs in a linter's process and not in the bot's: it imports nothing of ours."""
