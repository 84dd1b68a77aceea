"""Go, Helm, Rust, Spring, Terraform, Ansible: other programs' braces and other formats."""

from tests.templates.layouts.layout import Layout, workflow

WORDS = "[A-Za-z][A-Za-z0-9 ]*"
SCRIPT = '#!/bin/sh\nset -eu\nexec "${1:-serve}"\n'

GO_SERVICE = Layout(
    "go-service",
    "service",
    {
        "project_slug": "go-service",
        "app_name": "{{ cookiecutter.project_slug }}",
        "docker_hub_username": "",
        "use_cobra_cmd": True,
        "log_format": ["json", "text"],
        "go_version": ["1.26", "1.25"],
        "_copy_without_render": ["internal/templates", ".goreleaser.yml", "Taskfile.yml"],
    },
    {
        "README.md": "# {{cookiecutter.app_name}}\n",
        ".github/workflows/ci.yml": workflow("go test ./..."),
        "go.mod": (
            "module example.com/{{ cookiecutter.app_name }}\n\ngo {{ cookiecutter.go_version }}\n"
        ),
        "main.go": (
            'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Printf("%s {}\\n", '
            "\"{{cookiecutter.log_format}}\")\n\tx := [][]int{{ '{{' }}1}, {2}}\n\t_ = x\n}\n"
        ),
        "internal/templates/mail.tmpl": (
            '{{- define "mail" }}\n{{ range .Items }}{{ .Name | printf "%q" }}{{ end }}\n'
            "{{ end }}\n"
        ),
        "internal/templates/config.yaml": (
            "name: {{ .Name }}\n{{- if .Debug }}\ndebug: true\n{{- end }}\n"
        ),
        "internal/templates/data.json": '{"items": [{{ range .Items }}"{{ . }}",{{ end }}]}\n',
        ".goreleaser.yml": "builds:\n  - ldflags: -X main.version={{.Version}}\narchives: []\n",
        "Taskfile.yml": "tasks:\n  test:\n    cmds:\n      - go test {{.CLI_ARGS}}\n",
        "Makefile": "build:\n\tgo build -o bin/${BIN_NAME}\n",
    },
    rules={"docker_hub_username": {"pattern": "[a-z0-9]+", "required": False}},
)

HELM = Layout(
    "helm-chart",
    "service",
    {
        "project_slug": "chart",
        "image_registry": "ghcr.io/acme",
        "ingress": False,
        "_copy_without_render": ["charts/app/templates/*"],
    },
    {
        "README.md": "# {{ cookiecutter.project_slug }}\n",
        ".github/workflows/ci.yml": workflow("helm lint charts/app"),
        "charts/app/Chart.yaml": (
            'apiVersion: v2\nname: "{{ cookiecutter.project_slug }}"\nversion: 0.1.0\n'
        ),
        "charts/app/values.yaml": (
            'image: "{{ cookiecutter.image_registry }}/{{ cookiecutter.project_slug }}"\n'
            "ingress:\n  enabled: {{ cookiecutter.ingress | lower }}\n"
        ),
        "charts/app/templates/_helpers.tpl": (
            '{{- define "app.name" -}}\n{{- .Chart.Name | trunc 63 }}\n{{- end }}\n'
        ),
        "charts/app/templates/deployment.yaml": (
            'apiVersion: apps/v1\nmetadata:\n  name: {{ include "app.name" . }}\n'
            "  {{- with .Values.annotations }}\n  annotations:\n    {{- toYaml . | nindent 4 }}\n"
            "  {{- end }}\nspec:\n  replicas: {{ .Values.replicas }}\n"
        ),
        "charts/app/templates/ingress.yaml": (
            "{{- if .Values.ingress.enabled -}}\nkind: Ingress\n{{- end }}\n"
        ),
        "skaffold.yaml": (
            "apiVersion: skaffold/v4\nkind: Config\ndeploy:\n  helm:\n    releases:\n"
            "      - name: '{% raw %}{{.RELEASE}}{% endraw %}'\n"
        ),
        "k8s/all.yaml": "kind: Namespace\n---\nkind: Service\n---\n# nothing\n",
    },
    rules={"image_registry": {"pattern": "[a-z0-9.-]+(/[a-z0-9-]+)*"}},
)

RUST = Layout(
    "rust-crate",
    "library",
    {
        "project_slug": "crate",
        "description": "",
        "authors": "Ferris Example",
        "edition": ["2024", "2021"],
        "is_binary": False,
        "crate_name": "{{ cookiecutter.project_slug | replace('-', '_') }}",
    },
    {
        "README.md": "# {{ cookiecutter.project_slug }}\n\n{{ cookiecutter.description }}\n",
        ".github/workflows/ci.yml": workflow("cargo test"),
        "Cargo.toml": (
            '[package]\nname = "{{ cookiecutter.project_slug }}"\nversion = "0.1.0"\n'
            'edition = "{{ cookiecutter.edition }}"\nauthors = ["{{ cookiecutter.authors }}"]\n'
            "description = {{ cookiecutter.description | tojson }}\n\n"
            '{% if cookiecutter.is_binary %}[[bin]]\nname = "{{ cookiecutter.crate_name }}"\n'
            'path = "src/main.rs"\n\n{% endif %}[dependencies]\nserde = { version = "1" }\n'
        ),
        "src/lib.rs": (
            "//! Crate\n\nmacro_rules! m {\n    ($x:expr) => {{ '{{' }}\n        $x\n    }};\n}\n\n"
            "pub fn f(x: u8) -> String {\n    format!(\"{x} {{ '{{' }}}}\")\n}\n"
        ),
        "src/{% if cookiecutter.is_binary %}main.rs{% endif %}": "fn main() {}\n",
        "rustfmt.toml": "max_width = 100\n",
        "deny.toml": '[licenses]\nallow = ["MIT"]\n',
    },
    rules={"authors": {"pattern": "[A-Za-z ]+"}},
)

SPRING = Layout(
    "spring-service",
    "service",
    {
        "project_slug": "spring",
        "package": "com.example",
        "java_version": ["17", "21"],
        "build": ["maven", "gradle"],
        "database": ["none", "postgresql", "mysql"],
        "__path": "{{ cookiecutter.package | replace('.', '/') }}",
        "__prompts__": {"database": {"__prompt__": "Database", "none": "Without"}},
    },
    {
        "README.md": "# {{ cookiecutter.project_slug }}\n",
        ".github/workflows/ci.yml": workflow("./mvnw verify"),
        ".github/dependabot.yml": (
            "version: 2\nupdates:\n  - package-ecosystem: {{ cookiecutter.build }}\n"
            "    directory: /\n    schedule: {interval: weekly}\n    cooldown: {default-days: 7}\n"
        ),
        "{% if cookiecutter.build == 'maven' %}pom.xml{% endif %}": (
            "<project>\n  <groupId>{{ cookiecutter.package }}</groupId>\n"
            "  <properties><java>{{ cookiecutter.java_version }}</java></properties>\n"
            "  <build><finalName>${project.artifactId}</finalName></build>\n</project>\n"
        ),
        "{% if cookiecutter.build == 'gradle' %}build.gradle.kts{% endif %}": (
            'group = "{{ cookiecutter.package }}"\ntasks { test { useJUnitPlatform() } }\n'
        ),
        "src/main/java/{{cookiecutter.__path}}/Application.java": (
            "package {{ cookiecutter.package }};\n\nclass Application {\n"
            "  int[][] x = {% raw %}{{1}, {2}}{% endraw %};\n}\n"
        ),
        "src/main/resources/application.yml": """\
spring:
  application:
    name: "{{ cookiecutter.project_slug }}"
{%- if cookiecutter.database != "none" %}
  datasource:
    url: jdbc:{{ cookiecutter.database }}://${DB_HOST:localhost}/app
{%- endif %}
---
spring:
  config.activate.on-profile: local
""",
        "src/main/resources/banner.txt": "${application.title} {}\n",
        "src/test/resources/fixtures/broken.json": "{not json\n",
    },
    rules={"package": {"pattern": r"[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+", "max": 60}},
)

TERRAFORM = Layout(
    "terraform-module",
    "module",
    {
        "project_slug": "terraform-aws-queue",
        "description": "",
        "provider_version": ["6", "5"],
        "with_example": True,
    },
    {
        "README.md": "# {{ cookiecutter.project_slug }}\n\n{{ cookiecutter.description }}\n",
        ".github/workflows/ci.yml": workflow("terraform validate"),
        "main.tf": (
            'locals {\n  name = "${var.prefix}-queue"\n}\n\nresource "aws_sqs_queue" "this" {\n'
            "  name = local.name\n  tags = var.tags\n}\n"
        ),
        "variables.tf": (
            'variable "prefix" {\n  type = string\n}\n\nvariable "tags" {\n'
            "  type = map(string)\n}\n"
        ),
        "versions.tf": (
            'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n'
            '      version = "~> {{ cookiecutter.provider_version }}.0"\n    }\n  }\n}\n'
        ),
        "templates/policy.json.tftpl": '{"Resource": "${arn}", %{ if x }"a": 1%{ endif }}\n',
        "examples/simple/main.tf": (
            'provider "aws" {}\n\nmodule "queue" {\n  source = "../.."\n  prefix = "a"\n'
            "  tags   = {}\n}\n"
        ),
        ".terraform-docs.yml": (
            "formatter: markdown\ncontent: |-\n  {% raw %}{{ .Inputs }}{% endraw %}\n"
        ),
    },
)

ANSIBLE = Layout(
    "ansible-role",
    "module",
    {"project_slug": "role", "role_name": "{{ cookiecutter.project_slug.replace('-', '_') }}",
     "min_ansible": ["2.17", "2.16"], "_copy_without_render": ["tasks/*", "templates/*"]},
    {
        "README.md": "# {{ cookiecutter.role_name }}\n",
        ".github/workflows/ci.yml": workflow("molecule test"),
        "defaults/main.yml": '---\n"{{ cookiecutter.role_name }}_port": 80\n',
        "meta/main.yml": (
            'galaxy_info:\n  role_name: "{{ cookiecutter.role_name }}"\n'
            '  min_ansible_version: "{{ cookiecutter.min_ansible }}"\n'
        ),
        "tasks/main.yml": (
            "---\n- name: Install {{ item }}\n  package:\n    name: \"{{ item }}\"\n"
            "  loop: \"{{ packages | default([]) }}\"\n  when: x is defined\n"
        ),
        "templates/app.conf.j2": "{% for h in hosts %}\n{{ h }}\n{% endfor %}\n",
        "vault.yml": "secret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6231\n",
    },
)  # fmt: skip

CLOUDFORMATION = Layout(
    "serverless-stack",
    "pipeline",
    {"project_slug": "stack", "stage": ["dev", "prod"], "memory": 128},
    {
        "README.md": "# {{ cookiecutter.project_slug }}\n",
        ".github/workflows/ci.yml": workflow("sam validate"),
        "template.yaml": """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: {{ cookiecutter.memory }}
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          TABLE: !Sub "${AWS::StackName}-{{ cookiecutter.stage }}"
          LIST: !Join [",", [!Ref A, !If [B, c, !Ref "AWS::NoValue"]]]
""",
        "samconfig.toml": 'version = 0.1\n\n[default.deploy.parameters]\nstack_name = "x"\n',
        "events/event.json": '{"a": "{\\"nested\\": true}"}\n',
        "renovate.json": '{\n  // comments are read\n  "extends": ["config:base"]\n}\n',
        "entrypoint.sh": SCRIPT,
    },
    rules={"memory": {"min": 128, "max": 10240}},
)
