"""Front ends, and services with a front end: React, Vue, Handlebars."""

from tests.templates.layouts.layout import Layout, workflow

WORDS = "[A-Za-z][A-Za-z0-9 ]*"

FLASK_REACT = Layout(
    "flask-react",
    "service",
    {
        "app_title": "Flask React",
        "project_slug": "flask-react",
        "app_name": "{{ cookiecutter.project_slug.replace('-', '_') }}",
        "python_version": ["3.11", "3.12"],
        "node_version": ["20", "22"],
        "use_pipenv": ["no", "yes"],
        "use_redux": False,
    },
    {
        "README.md": "# {{ cookiecutter.app_title }}\n",
        ".github/workflows/ci.yml": workflow("npm test", "pytest"),
        ".env.example": "FLASK_APP=autoapp.py\nSECRET_KEY=change-me\n",
        "{% if cookiecutter.use_pipenv == 'yes' %}Pipfile{% endif %}": (
            '[packages]\nFlask = "==3.0"\n\n[requires]\n'
            'python_version = "{{ cookiecutter.python_version }}"\n'
        ),
        "Dockerfile": (
            "ARG PYTHON_VERSION={{ cookiecutter.python_version }}\nFROM python:${PYTHON_VERSION}\n"
        ),
        "package.json": (
            '{\n  "name": "{{cookiecutter.project_slug}}",\n  "scripts": {\n'
            '    "start": "concurrently -n \\"WEBPACK,FLASK\\" \\"npm run w\\""\n  },\n'
            '  "dependencies": {\n{% if cookiecutter.use_redux %}    "redux": "5",\n{% endif %}'
            '    "react": "19"\n  },\n  "engines": {"node": "{{ cookiecutter.node_version }}"}\n}\n'
        ),
        "assets/App.jsx": (
            "{% raw %}export const App = ({ items }) => (\n"
            "  <ul style={{ color: 'red' }}>{items.map((i) => <li key={i}>{i}</li>)}</ul>\n);\n"
            "{% endraw %}"
        ),
        "{{cookiecutter.app_name}}/app.py": 'TITLE = "{{ cookiecutter.app_title }}"\n',
        "{{cookiecutter.app_name}}/templates/layout.html": (
            "{% raw %}<title>{% block title %}{{ config.TITLE }}{% endblock %}</title>\n"
            "{% with messages = get_flashed_messages() %}{% if messages %}{{ messages }}"
            "{% endif %}{% endwith %}{% endraw %}\n"
        ),
    },
    rules={"app_title": {"pattern": WORDS}},
)

VUE = Layout(
    "vue-front-end",
    "frontend",
    {
        "project_slug": "front",
        "title": "Front",
        "message": "Hello",
        "language": ["typescript", "javascript"],
        "router": True,
        "_copy_without_render": ["src/components/*", "public/*.hbs"],
    },
    {
        "README.md": "# {{ cookiecutter.title }}\n",
        ".github/workflows/ci.yml": workflow("npm ci", "npm run build"),
        "package.json": '{"name": "{{ cookiecutter.project_slug }}", "type": "module"}\n',
        "{% if cookiecutter.language == 'typescript' %}tsconfig.json{% endif %}": (
            '{\n  // bundlers\n  "compilerOptions": {\n    /* strict */ "strict": true,\n'
            '    "paths": {"@/*": ["./src/*"]},\n  },\n}\n'
        ),
        ".vscode/extensions.json": '{\n  "recommendations": ["Vue.volar"],\n}\n',
        "index.html": "<title>{{ cookiecutter.title }}</title>\n<div id=app></div>\n",
        "src/App.vue": (
            '<template>\n  {% raw %}<h1 :class="{ big: isBig }">{{ message }}</h1>{% endraw %}\n'
            "  {% if cookiecutter.router %}<router-view />{% endif %}\n</template>\n"
        ),
        "src/components/Hello.vue": (
            "<template><p>{{ message }} {{ title | upper }}</p></template>\n"
        ),
        "public/mail.hbs": "{{#if user}}Hello {{user.name}}{{else}}{{> guest}}{{/if}}\n",
    },
    rules={"title": {"pattern": WORDS}, "message": {"pattern": WORDS}},
)
