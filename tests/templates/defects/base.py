"""A template without a fault, with everything that templates have: what defects are put into."""

from tests.templates.checking import TOP

FOLDER = "ledger-service"

MANIFEST = """\
id: ledger-service
name: Ledger service
description: Books money where it belongs
owner: platform
version: 1.0.0
kind: service
tags: [ledger]
deploy: []
verify: ["./run.sh"]
variables:
  title:
    pattern: '[A-Za-z][A-Za-z ]*'
    help: What people call it
  module:
    kind: line
    pattern: '[a-z][a-z_]*'
    max: 40
  extra_module:
    kind: line
    pattern: '[a-z][a-z_]*'
    max: 40
    required: false
  runtime:
    kind: choice
  notes:
    kind: text
    required: false
    max: 500
  port:
    kind: integer
    min: 1
    max: 65535
"""

VARIABLES = """\
{
  "project_slug": "ledger",
  "description": "",
  "organization": "acme",
  "team": "platform",
  "cost_center": "",
  "business_unit": "",
  "title": "Ledger",
  "module": "ledger",
  "extra_module": "",
  "runtime": ["21", "25", "17"],
  "store": ["postgres", "memory"],
  "docker": true,
  "features": {"metrics": true, "tracing": false},
  "notes": "",
  "port": 8080,
  "__prompts__": {"runtime": "Runtime"},
  "_copy_without_render": ["static/*", ".github/workflows/release.yml"],
  "__constant": "{{ cookiecutter.module | upper }}"
}
"""

CI = """\
name: CI
on:
  pull_request:
  push:
    branches: [main]
permissions: {}
jobs:
  verify:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
        with:
          persist-credentials: false
      - run: ./run.sh
        env:
          REF: {% raw %}${{ github.ref_name }}{% endraw %}
          RUNTIME: "{{ cookiecutter.runtime }}"
"""

RELEASE = """\
name: Release
on:
  push:
    tags: ["v*"]
permissions: {}
jobs:
  release:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - run: ./run.sh
        env:
          TAG: ${{ github.ref_name }}
"""

SETTINGS = """\
# Settings of {{ cookiecutter.title }}
application:
  name: {{ cookiecutter.project_slug | tojson }}
  title: {{ cookiecutter.title | tojson }}
  description: {{ cookiecutter.description | tojson }}
  notes: {{ cookiecutter.notes | tojson }}
server:
  port: {{ cookiecutter.port }}
{%- if cookiecutter.store == "postgres" %}
database:
  kind: postgres
  {%- if cookiecutter.runtime != "17" %}
  threads: virtual
  {%- endif %}
{%- endif %}
features:
{%- for name, wanted in cookiecutter.features.items() %}
  - name: {{ name | tojson }}
    enabled: {{ wanted | tojson }}
{%- endfor %}
{% include "parts/logging.yml" %}
"""

PACKAGE = """\
{
  "name": {{ cookiecutter.project_slug | tojson }},
  "private": true,
  "description": {{ cookiecutter.description | tojson }},
  "scripts": {
    {%- if cookiecutter.docker %}
    "image": "docker build .",
    {%- endif %}
    "test": "./run.sh"
  }
}
"""

PYPROJECT = """\
[project]
name = "{{ cookiecutter.project_slug }}"
description = {{ cookiecutter.description | tojson }}
requires-python = ">=3.11"
{%- if cookiecutter.features.tracing %}

[project.optional-dependencies]
tracing = ["opentelemetry-api"]
{%- endif %}
"""

TERRAFORM = """\
terraform {
  required_version = ">= 1.6"
}

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = local.tags
  }
}

locals {
  tags = {
    business_unit = var.business_unit
    cost_center   = var.cost_center
    team          = var.team
  }
}

resource "aws_s3_bucket" "ledger" {
  bucket_prefix = "ledger"
}
"""

TERRAFORM_VARIABLES = """\
variable "business_unit" {
  type = string
}

variable "cost_center" {
  type = string
}

variable "team" {
  type = string
}
"""

TFVARS = """\
{
  "business_unit": {{ cookiecutter.business_unit | tojson }},
  "cost_center": {{ cookiecutter.cost_center | tojson }},
  "team": {{ cookiecutter.team | tojson }}
}
"""

RUN = """\
#!/bin/sh
set -eu
echo "runtime {{ cookiecutter.runtime }}"
{%- if cookiecutter.docker %}
echo "in a container"
{%- endif %}
"""

BASE: dict[str, str | bytes] = {
    "template.yml": MANIFEST,
    "cookiecutter.json": VARIABLES,
    "README.md": "# How this template is made\n",
    "templates/parts/logging.yml": "logging:\n  level: info\n  json: true\n",
    f"{TOP}/README.md": (
        "# {{ cookiecutter.title }}\n\n{{ cookiecutter.description }}\n\n    ./run.sh\n"
    ),
    f"{TOP}/.github/CODEOWNERS": "* @{{ cookiecutter.organization }}/{{ cookiecutter.team }}\n",
    f"{TOP}/.github/workflows/ci.yml": CI,
    f"{TOP}/.github/workflows/release.yml": RELEASE,
    f"{TOP}/.vscode/settings.json": '{\n  // two spaces\n  "editor.tabSize": 2,\n}\n',
    f"{TOP}/settings.yml": SETTINGS,
    f"{TOP}/package.json": PACKAGE,
    f"{TOP}/pyproject.toml": PYPROJECT,
    f"{TOP}/infra/main.tf": TERRAFORM,
    f"{TOP}/infra/variables.tf": TERRAFORM_VARIABLES,
    f"{TOP}/infra/terraform.tfvars.json": TFVARS,
    f"{TOP}/run.sh": RUN,
    f"{TOP}/src/{{{{cookiecutter.module}}}}.py": (
        '"""The module."""\n\nNAME = "{{ cookiecutter.__constant }}"\n'
    ),
    f"{TOP}/{{% if cookiecutter.docker %}}Dockerfile{{% endif %}}": (
        "FROM eclipse-temurin:{{ cookiecutter.runtime }}-jre\nUSER 10001\n"
    ),
    f"{TOP}/static/page.html": "<p>{{ message }}</p>\n{% block x %}{% endblock %}\n",
    f"{TOP}/docs/long.md": (
        "{{ cookiecutter.title ~\n   ' is ' ~\n   cookiecutter.module }}\n{# a comment\n#}\nend\n"
    ),
    f"{TOP}/logo.png": b"\x89PNG\r\n\x1a\n\x00\x00{{ nothing }}",
}
