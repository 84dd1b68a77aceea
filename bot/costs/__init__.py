"""What things cost: so far an estimate at list prices."""

from bot.costs.estimate import Estimate, estimate

__all__ = ["Estimate", "estimate"]
