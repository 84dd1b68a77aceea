"""Python: a package, a package with sessions of nox, Django, data science, a notebook."""

import json

from tests.templates.layouts.layout import EDITORCONFIG, Layout, workflow

PERSON = r"[A-Za-z][A-Za-z .-]*"
WORDS = "[A-Za-z][A-Za-z0-9 -]*"
EMAIL = r"[a-z0-9.]+@[a-z0-9.]+"
MODULE = "{{ cookiecutter.project_slug.replace('-', '_') }}"

PYPACKAGE = Layout(
    "pypackage",
    "library",
    {
        "full_name": "Audrey Example",
        "email": "audrey@example.com",
        "project_slug": "python-boilerplate",
        "project_name": "Python Boilerplate",
        "package_name": MODULE,
        "short_description": "All that a package needs",
        "pypi_username": "audrey",
        "version": "0.1.0",
        "command_line_interface": ["Typer", "Argparse", "No command-line interface"],
        "license": ["MIT", "BSD", "Not open source"],
        "use_tox": True,
    },
    {
        "README.rst": (
            "{% set bars = '=' * (cookiecutter.project_name | length) %}"
            "{{ bars }}\n{{ cookiecutter.project_name }}\n{{ bars }}\n\n"
            "{{ cookiecutter.short_description }}\n"
        ),
        ".editorconfig": EDITORCONFIG,
        ".github/workflows/tests.yml": workflow("tox"),
        ".github/ISSUE_TEMPLATE.md": "* Version of {{ cookiecutter.project_name }}:\n",
        "pyproject.toml": """\
[project]
name = "{{ cookiecutter.project_slug }}"
version = "{{ cookiecutter.version }}"
description = "{{ cookiecutter.short_description }}"
authors = [
  {name = "{{ cookiecutter.full_name }}", email = "{{ cookiecutter.email }}"}
]
{%- if cookiecutter.license == "MIT" %}
license = "MIT"
{%- endif %}
dependencies = [
{%- if cookiecutter.command_line_interface|lower == "typer" %}
  "typer",
{%- endif %}
]

{% if cookiecutter.command_line_interface != "No command-line interface" -%}
[project.scripts]
{{ cookiecutter.package_name }} = "{{ cookiecutter.package_name }}.cli:main"
{%- endif %}
""",
        "{% if cookiecutter.use_tox %}tox.ini{% endif %}": (
            "[tox]\nenvlist = py311, lint\n\n[testenv]\ncommands = pytest {posargs}\n"
        ),
        "Makefile": "help:\n\t@echo test\n\ntest:\n\tpytest $(ARGS)\n",
        "docs/conf.py": 'project = "{{ cookiecutter.project_name }}"\n',
        "docs/index.rst": "Welcome to {{ cookiecutter.project_name }}\n",
        (" src/{{cookiecutter.package_name}}/__init__.py"): (
            '__author__ = "{{ cookiecutter.email }}"\n'
        ),
        "src/{{cookiecutter.package_name}}/cli.py": (
            '{% if cookiecutter.command_line_interface == "Typer" %}import typer\n{% endif %}\n'
            'def main() -> None:\n    print(f"{main.__name__}")\n'
        ),
        (" tests/test_{{cookiecutter.package_name}}.py"): (
            "def test_it():\n    assert {}['a':'b'] if 0 else 1\n"
        ),
    },
    rules={
        "full_name": {"pattern": PERSON},
        "email": {"pattern": EMAIL},
        "project_name": {"pattern": WORDS},
        "short_description": {"pattern": WORDS},
        "pypi_username": {"pattern": "[a-z0-9_-]+"},
        "version": {"pattern": r"[0-9]+\.[0-9]+\.[0-9]+"},
    },
    beside={
        "hooks/pre_gen_project.py": "import sys\nsys.exit(0)\n",
        "docs/prompts.rst": "Not part of a project: {{ cookiecutter.anything }}\n",
    },
    warned={
        ("hook-not-allowed", "hooks/pre_gen_project.py"): "the platform team has to look at a hook"
    },
)

HYPERMODERN = Layout(
    "hypermodern",
    "library",
    {
        "project_slug": "hypermodern",
        "package_name": MODULE,
        "friendly_name": "{{ cookiecutter.project_slug.replace('-', ' ').title() }}",
        "author": "Claudio Example",
        "license": ["MIT", "Apache-2.0"],
        "development_status": [
            "Development Status :: 1 - Planning",
            "Development Status :: 4 - Beta",
        ],
        "_copy_without_render": [".github/workflows/*.yml"],
    },
    {
        "README.md": "# {{ cookiecutter.friendly_name }}\n\n[![Tests](x)](y)\n",
        ".github/workflows/tests.yml": (
            "name: Tests\non: push\npermissions: {}\njobs:\n  t:\n    runs-on: ubuntu-24.04\n"
            "    timeout-minutes: 5\n    permissions:\n      contents: read\n    env:\n"
            "      SESSION: ${{ matrix.session }}\n    strategy:\n      matrix:\n"
            '        session: [tests]\n    steps:\n      - run: nox -s "$SESSION"\n'
        ),
        ".github/labels.yml": "---\n- name: breaking\n  color: bfd4f2\n",
        ".pre-commit-config.yaml": "repos:\n  - repo: local\n    hooks:\n      - id: black\n",
        "codecov.yml": (
            "comment: false\ncoverage: {status: {project: {default: {target: '100'}}}}\n"
        ),
        "noxfile.py": (
            'import nox\n\npackage = "{{ cookiecutter.package_name }}"\n\n'
            "@nox.session\ndef tests(session):\n    session.run(*[f'{x}' for x in {1: 2}])\n"
        ),
        "pyproject.toml": (
            '[tool.poetry]\nname = "{{cookiecutter.project_slug}}"\nauthors = '
            '["{{cookiecutter.author}} <a@example.com>"]\nlicense = "{{cookiecutter.license}}"\n'
            'classifiers = [\n    "{{cookiecutter.development_status}}",\n]\n\n'
            '[tool.poetry.scripts]\n{{cookiecutter.project_slug}} = "{{cookiecutter.package_name}}'
            '.__main__:main"\n'
        ),
        "src/{{cookiecutter.package_name}}/__main__.py": '"""{{cookiecutter.friendly_name}}."""\n',
        "src/{{cookiecutter.package_name}}/py.typed": "",
    },
    rules={"author": {"pattern": PERSON}},
)

DJANGO = Layout(
    "django-project",
    "service",
    {
        "project_name": "My Project",
        "project_slug": "my-project",
        "description": "",
        "author_name": "Daniel Example",
        "domain_name": "example.com",
        "timezone": "UTC",
        "username_type": ["username", "email"],
        "postgresql_version": ["17", "16"],
        "cloud_provider": ["AWS", "GCP", "None of them"],
        "frontend_pipeline": ["Webpack", "Gulp", "No pipeline"],
        "use_docker": "n",
        "use_celery": False,
        "use_drf": {"api": False, "schema": False},
        "debug": False,
        "__module": MODULE,
        "_copy_without_render": ["{{cookiecutter.__module}}/templates"],
    },
    {
        "README.md": "# {{cookiecutter.project_name}}\n\n{{cookiecutter.description}}\n",
        ".github/workflows/ci.yml": workflow("pytest"),
        ".envs/.production/.django": (
            "DJANGO_SECURE_HSTS=True\nDOMAIN={{ cookiecutter.domain_name }}\n"
            "{% if cookiecutter.use_celery %}CELERY=1\n{% endif %}"
        ),
        "docker-compose.local.yml": """\
volumes:
  data: {}

services:
  django: &django
    image: "{{ cookiecutter.project_slug }}_local"
    ports:
      - '8000:8000'
    command: /start
  postgres:
    image: "postgres:{{ cookiecutter.postgresql_version }}"
  {%- if cookiecutter.use_celery %}

  celeryworker:
    <<: *django
    image: "{{ cookiecutter.project_slug }}_worker"
    ports: []
  {%- endif %}
""",
        "package.json": """\
{
  "name": "{{ cookiecutter.project_slug }}",
  "version": "0.1.0",
  "devDependencies": {
    {%- if cookiecutter.frontend_pipeline == "Gulp" %}
    "gulp": "5",
    {%- elif cookiecutter.frontend_pipeline == "Webpack" %}
    "webpack": "5",
    {%- endif %}
    "sass": "1"
  }
}
""",
        "config/settings/base.py": """\
TIME_ZONE = "{{ cookiecutter.timezone }}"
{%- if cookiecutter.username_type == "email" %}
USERNAME_FIELD = "email"
{%- endif %}
LOGGING = {"formatters": {"verbose": {"format": "%(levelname)s {x}"}}}
CACHES = {{ '{' }}{{ '}' }}
""",
        "{{cookiecutter.__module}}/__init__.py": "",
        "{{cookiecutter.__module}}/templates/base.html": (
            "{% load static i18n %}<title>{% block title %}{{ site.name }}{% endblock title %}"
            "</title>\n{% if messages %}{{ messages|length }}{% endif %}\n"
        ),
        "{{cookiecutter.__module}}/users/admin.py": "from django import x  # {{ '{{' }} kept }}\n",
    },
    rules={
        "project_name": {"pattern": WORDS},
        "author_name": {"pattern": PERSON},
        "domain_name": {"pattern": r"[a-z0-9-]+(\.[a-z0-9-]+)+"},
        "timezone": {"pattern": "[A-Za-z]+(/[A-Za-z_]+)?"},
        "use_docker": {"kind": "choice", "options": ["y", "n"]},
    },
    beside={
        "hooks/post_gen_project.py": (
            "import json\nUSE = {{ cookiecutter.use_docker | tojson }}\nprint(USE)\n"
        ),
    },
    warned={
        (
            "hook-not-allowed",
            "hooks/post_gen_project.py",
        ): "the platform team has to look at a hook",
    },
)

DATA_SCIENCE = Layout(
    "data-science",
    "pipeline",
    {
        "project_name": "project name",
        "repo_name": "{{ cookiecutter.project_name.lower().replace(' ', '_') }}",
        "module_name": (
            "{{ cookiecutter.project_name.lower().replace(' ', '_').replace('-', '_') }}"
        ),
        "author_name": "Your name or your company",
        "dataset_storage": ["none", "azure", "s3"],
        "environment_manager": ["virtualenv", "conda", "uv"],
        "dependency_file": ["requirements.txt", "pyproject.toml", "environment.yml"],
        "pydata_packages": {"basic": False, "extended": False},
        "docs": ["mkdocs", "no docs"],
        "__prompts__": {"dataset_storage": {"__prompt__": "Storage", "none": "No storage"}},
    },
    {
        "README.md": (
            "# {{cookiecutter.project_name}}\n\n```\n├── data\n"
            "└── {{ cookiecutter.module_name }}\n```\n"
        ),
        ".github/workflows/ci.yml": workflow("make lint"),
        "Makefile": """\
PROJECT_NAME = {{ cookiecutter.repo_name }}
{% if cookiecutter.dataset_storage == 's3' %}
sync_data_down:
\taws s3 sync s3://bucket/data/ data/
{% endif %}
define PRINT_HELP
lines = '\\n'.join([line for line in sys.stdin])
matches = re.findall(r'\\n## (.*)\\n[\\s\\S]+?\\n([a-zA-Z_-]+):', lines); \\
print('{:25}{}'.format(*x))
endef
""",
        "{% if cookiecutter.dependency_file == 'environment.yml' %}environment.yml{% endif %}": """\
name: "{{ cookiecutter.repo_name }}"
channels:
  - conda-forge
dependencies:
  - python=3.11
  {% if cookiecutter.pydata_packages.basic -%}
  - pandas
  {% endif -%}
  - pip:
    - -e .
""",
        "{% if cookiecutter.dependency_file == 'requirements.txt' %}requirements.txt{% endif %}": (
            "-e .\n{% if cookiecutter.pydata_packages.basic %}pandas\n{% endif %}"
        ),
        "pyproject.toml": (
            '[project]\nname = "{{ cookiecutter.module_name }}"\n'
            'authors = [ { name = "{{ cookiecutter.author_name }}" } ]\n'
        ),
        "{% if cookiecutter.docs == 'mkdocs' %}mkdocs.yml{% endif %}": (
            'site_name: "{{ cookiecutter.project_name }}"\nnav:\n  - Home: index.md\n'
            "markdown_extensions:\n  - pymdownx.emoji:\n"
            "      emoji_index: !!python/name:material.extensions.emoji.twemoji\n"
        ),
        "data/raw/.gitkeep": "",
        "models/.gitkeep": "",
        "notebooks/.gitkeep": "",
        "{{ cookiecutter.module_name }}/__init__.py": "",
        "{{ cookiecutter.module_name }}/config.py": "RAW = f'{ROOT}/raw'\n",
    },
    rules={
        "project_name": {"pattern": "[A-Za-z][A-Za-z0-9 _-]*", "max": 80},
        "author_name": {"pattern": PERSON},
    },
    top="{{ cookiecutter.repo_name }}",
)

NOTEBOOK = Layout(
    "notebook",
    "pipeline",
    {"project_slug": "analysis", "title": "Analysis", "kernel": ["python3", "ir"]},
    {
        "README.md": "# {{ cookiecutter.title }}\n",
        ".github/workflows/ci.yml": workflow("jupyter nbconvert --execute analysis.ipynb"),
        "{{cookiecutter.project_slug}}.ipynb": json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "markdown",
                        "source": ["# {{ cookiecutter.title }}\n", "$x^{2}$"],
                    },
                    {
                        "cell_type": "code",
                        "source": ["d = {'a': {1}}\n", "f'{d!r}'"],
                        "outputs": [],
                    },
                ],
                "metadata": {"kernelspec": {"name": "{{ cookiecutter.kernel }}"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            indent=1,
        ),
        "environment.yml": "dependencies: [python=3.11, pandas]\n",
        "data/raw.csv": "a,b\n1,{2}\n",
        "postBuild": "#!/bin/bash\nset -e\nexport X=${HOME:-/tmp}\n",
    },
    rules={"title": {"pattern": WORDS}},
)
