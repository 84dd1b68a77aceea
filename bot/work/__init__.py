"""From the queue to the handlers: claim, typed events, the visible table, sweep, schedule."""
