"""Issue forms: a template's questions as a form of GitHub, its filed body as answers."""

from bot.forms.answers import Answers
from bot.forms.answers_schema import answers_schema, check_answers
from bot.forms.body import headings_found
from bot.forms.compile import FormImpossible, compile_form, draft_form
from bot.forms.for_cookiecutter import cookiecutter_answers, standard_answers
from bot.forms.form import Form, Question
from bot.forms.form_yaml import form_yaml
from bot.forms.parse import answers_from, parse_body
from bot.forms.problem import FieldProblem, FormInvalid
from bot.forms.sample import sample_answers, text_of

__all__ = [
    "Answers",
    "FieldProblem",
    "Form",
    "FormImpossible",
    "FormInvalid",
    "Question",
    "answers_from",
    "answers_schema",
    "check_answers",
    "compile_form",
    "cookiecutter_answers",
    "draft_form",
    "form_yaml",
    "headings_found",
    "parse_body",
    "sample_answers",
    "standard_answers",
    "text_of",
]
