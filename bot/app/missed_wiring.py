"""Wiring of what looks for events that never came."""

from collections.abc import Sequence

from bot.app.parts import Parts, Shared
from bot.commands import MissedCommands, TakenComments
from bot.projects import MissedRequests
from bot.templates.pull_requests.missed_pulls import MissedPulls
from bot.templates.registration import Registration
from bot.work.catch_up import CatchUp
from bot.work.made_delivery import MakeDelivery
from bot.work.missed_deliveries import MissedDeliveries
from bot.work.read_since import ReadSince
from bot.work.redeliver import Redeliver
from bot.work.schedule import Scheduled

REDELIVER_S = 60.0
RECONCILE_S = 300.0


def missed_jobs(parts: Parts, shared: Shared, registration: Registration) -> Sequence[Scheduled]:
    """GitHub's list of deliveries, and its issues and comments themselves."""
    documents, clock = parts.store.documents, parts.clock
    make = MakeDelivery(parts.store.deliveries, parts.queue, clock=clock)
    catch_up = CatchUp(registration.refresh)
    redeliver = Redeliver(
        hook=parts.github.hook,
        deliveries=parts.store.deliveries,
        missed=MissedDeliveries(documents),
        counts=parts.metrics,
        catch_up=catch_up,
        clock=clock,
    )
    requests = MissedRequests(
        issues=parts.github.issues,
        records=shared.requests,
        read=ReadSince(documents, "requests", clock=clock),
        make=make,
        catch_up=catch_up,
        catalog=parts.catalog,
    )
    commands = MissedCommands(
        github=parts.github,
        taken=TakenComments(documents),
        read=ReadSince(documents, "commands", clock=clock),
        make=make,
        catalog=parts.catalog,
        clock=clock,
    )
    pulls = MissedPulls(
        pulls=parts.github.pull_requests,
        checks=shared.checks,
        make=make,
        catalog=parts.catalog,
        clock=clock,
    )
    return (
        Scheduled("redeliver", REDELIVER_S, redeliver.once),
        Scheduled("requests", RECONCILE_S, requests.once, at_start=True),
        Scheduled("commands", RECONCILE_S, commands.once, at_start=True),
        Scheduled("pulls", RECONCILE_S, pulls.once, at_start=True),
    )
