"""From a filed form to a project: requests, the generate run, undo, the record."""

from bot.projects.generate import GENERATE_STEPS, GenerateServices, repository_of
from bot.projects.missed_requests import MissedRequests
from bot.projects.on_request import OnRequest
from bot.projects.record import Project, ProjectRecords, ProjectState
from bot.projects.request_commands import RequestCommands
from bot.projects.request_record import RequestRecords
from bot.projects.requests import Requests
from bot.projects.start_generate import GENERATE, StartGenerate
from bot.projects.undo import undo_generate

__all__ = [
    "GENERATE",
    "GENERATE_STEPS",
    "GenerateServices",
    "MissedRequests",
    "OnRequest",
    "Project",
    "ProjectRecords",
    "ProjectState",
    "RequestCommands",
    "RequestRecords",
    "Requests",
    "StartGenerate",
    "repository_of",
    "undo_generate",
]
