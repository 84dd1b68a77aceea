"""What can be done on the hub; REST routes and pages call the same functions."""
