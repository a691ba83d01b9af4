# SPDX-License-Identifier: Apache-2.0
"""Runs action.yml as a runner does: its steps with bash, their files and commands read back.

Only the expressions are known that the action may have: a property of inputs, github or a step's
outputs, in `env` and in the outputs' values. Any other is an error, so none comes in unseen.
"""
import os
import pathlib
import re
import shutil
import subprocess

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
COMMAND = re.compile(r"^\s*::([a-z-]+)(?: (.*?))?::(.*)$")
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]


class Result:
    def __init__(self):
        self.code, self.log, self.err, self.outputs, self.summary = 0, "", "", {}, ""
        self.commands = []  # (name, properties, data), as the runner unescapes them
        self.steps = {}


class Runner:
    def __init__(self, action, root, env):
        """`action` is copied to where a runner keeps actions, which is not in the workspace."""
        self.root = root
        self.action = root / "_actions" / "tidegate" / "v1"
        self.action.mkdir(parents=True)
        for name in ("action.yml", "action"):
            source = action / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.action / name)
        self.definition = yaml.safe_load((self.action / "action.yml").read_text())
        self.workspace = root / "work" / "deploy"
        self.temp, self.tools = root / "_temp", root / "_tool"
        for folder in (self.workspace, self.temp, self.tools):
            folder.mkdir(parents=True)
        self.github = {"token": "very-secret-token", "action_repository": "OWNER/tidegate"}
        self.env = dict(env, GITHUB_WORKSPACE=str(self.workspace), RUNNER_TEMP=str(self.temp),
                        RUNNER_TOOL_CACHE=str(self.tools), GITHUB_ACTION_PATH=str(self.action))
        self.env.pop("GITHUB_TOKEN", None)  # a step has what its env names, and no more
        self.prefix = []  # what starts the shell, for a step that may not do everything
        self.prepare = {}  # name of a file of the runner to what is made of it before a step

    def run(self, **inputs):
        known = self.definition["inputs"]
        values = {name: self.value(given.get("default", ""), {}, {}) for name, given in known.items()}
        for name, value in inputs.items():
            name = name.replace("_", "-")
            assert name in known, name
            values[name] = value
        result = Result()
        for number, step in enumerate(self.definition["runs"]["steps"]):
            assert set(step) <= {"name", "id", "shell", "run", "env"} and step["shell"] == "bash"
            assert "${{" not in step["run"]
            self.step(number, step, values, result)
            if result.code:
                break
        for name, output in self.definition["outputs"].items():
            result.outputs[name] = self.value(output["value"], values, result.steps)
        return result

    def step(self, number, step, inputs, result):
        files = {name: self.temp / ("%s_%d" % (name.lower(), number))
                 for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")}
        env = dict(self.env)
        for name, path in files.items():
            if path.is_dir():
                path.rmdir()
            path.unlink(missing_ok=True)
            path.write_text("")
            self.prepare.get((step["id"], name), lambda path: None)(path)
            env.setdefault(name, str(path))
        env.update({k: self.value(v, inputs, result.steps) for k, v in step.get("env", {}).items()})
        script = self.temp / ("script_%d.sh" % number)
        script.write_text(step["run"])
        done = subprocess.run([*self.prefix, *SHELL, str(script)], cwd=self.workspace, env=env, timeout=300,
                              capture_output=True, text=True)
        result.code, result.log, result.err = (done.returncode, result.log + done.stdout,
                                               result.err + done.stderr)
        result.commands += commands(done.stdout)
        text = {name: path.read_text() if path.is_file() else "" for name, path in files.items()}
        result.steps[step["id"]] = outputs(text["GITHUB_OUTPUT"])
        result.summary += text["GITHUB_STEP_SUMMARY"]
        assert not text["GITHUB_ENV"] and not text["GITHUB_PATH"]

    def value(self, text, inputs, steps):
        def evaluate(match):
            path = match[1].split(".")
            if path[0] == "inputs" and len(path) == 2:
                return inputs[path[1]]
            if path[0] == "github" and len(path) == 2:
                return self.github[path[1]]
            if path[0] == "steps" and len(path) == 4 and path[2] == "outputs":
                return steps.get(path[1], {}).get(path[3], "")
            raise ValueError("no known expression: %s" % match[1])
        return EXPRESSION.sub(evaluate, text)


def outputs(text):
    """The runner's reader: NAME=VALUE, or NAME<<DELIMITER, lines, DELIMITER."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1:]
            continue
        assert heredoc > 0, "the runner refuses this line: %r" % line
        value = []
        for part in lines:
            if part == line[heredoc + 2:]:
                break
            value.append(part)
        else:
            raise AssertionError("no end of %r" % line)
        found[line[:heredoc]] = "\n".join(value)
    return found


def unescape(text, is_property):
    if is_property:
        text = text.replace("%3A", ":").replace("%2C", ",")
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def commands(log):
    """Workflow commands of a log, stopped ones left out; `##[name]` counts anywhere in a line."""
    found, stopped = [], None
    for line in log.splitlines():
        if stopped:
            stopped = None if line.strip() == "::%s::" % stopped else stopped
            continue
        old = re.search(r"##\[([a-z-]+)(?: (.*?))?\](.*)", line)
        match = COMMAND.match(line) or old
        if not match:
            continue
        if match[1] == "stop-commands":
            stopped = match[3]
            continue
        properties = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if pair)
        found.append((match[1], {k: unescape(v, True) for k, v in properties.items()},
                      unescape(match[3], False)))
    return found
