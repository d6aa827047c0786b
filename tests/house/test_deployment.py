"""What is deployed is in step with the program: settings, probes, users, the image and all that its build copies."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from builder import __version__
from builder.cli import COMMANDS
from builder.settings import describe_settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {row.variable for row in describe_settings()}
NEEDED = {"HANDRAIL_DATABASE_URL", "HANDRAIL_BROKER_URL", "HANDRAIL_VAULT_KEY", "HANDRAIL_AUDIT_KEY",
          "HANDRAIL_PAYLOADS", "HANDRAIL_URL", "HANDRAIL_METRICS_ADDRESS"}  # fmt: skip
ROLES = ("api", "worker", "keeper")
IMAGE = f"handrail:{__version__}"
GRACE = {"api": 5 + 5, "worker": 25 + 10, "keeper": 10}
"""Seconds that each needs at most to leave: what is under way, and giving the rest back."""

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
MANIFESTS = [
    document
    for file in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text("utf-8"))
]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def of_kind(kind: str) -> list[Any]:
    return [each for each in MANIFESTS if each["kind"] == kind]


def pods() -> Iterator[tuple[str, Any]]:
    """Every pod that is described: its component and its template."""
    for each in MANIFESTS:
        if each["kind"] in ("Deployment", "Job"):
            yield each["metadata"]["labels"]["app.kubernetes.io/component"], each["spec"]["template"]


def given_in_cluster() -> dict[str, str]:
    """Every variable that a pod is given."""
    found: dict[str, str] = {}
    for each in of_kind("ConfigMap"):
        found |= each["data"]
    for each in of_kind("Secret"):
        found |= each["stringData"]
    return found


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


class TestCompose:
    @pytest.mark.parametrize("name", [*ROLES, "migrate"])
    def test_each_process_is_told_what_it_needs_and_nothing_unknown(self, name: str) -> None:
        one = COMPOSE["services"][name]
        assert one["environment"].keys() >= NEEDED
        assert one["environment"].keys() <= SETTINGS
        assert one["command"][0] in COMMANDS
        assert one["image"] == IMAGE
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]
        assert one["depends_on"].keys() <= COMPOSE["services"].keys()

    @pytest.mark.parametrize("name", ROLES)
    def test_each_process_waits_for_the_tables_is_probed_and_may_take_its_time(self, name: str) -> None:
        one = COMPOSE["services"][name]
        assert one["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert one["healthcheck"]["test"] == ["CMD", "handrail", "probe"]
        assert seconds(one["stop_grace_period"]) > GRACE[name]

    def test_two_of_each_that_carries_load(self) -> None:
        assert COMPOSE["services"]["api"]["deploy"]["replicas"] == 2
        assert COMPOSE["services"]["worker"]["deploy"]["replicas"] == 2

    def test_only_the_proxy_is_reached_and_only_from_this_machine(self) -> None:
        ports = {name: one["ports"] for name, one in COMPOSE["services"].items() if "ports" in one}
        assert ports == {"proxy": ["127.0.0.1:8700:8700"]}

    def test_volumes_and_files_are_there(self) -> None:
        named = {mount.partition(":")[0] for one in COMPOSE["services"].values() for mount in one.get("volumes", ())}
        assert named == COMPOSE["volumes"].keys()
        for each in COMPOSE["configs"].values():
            assert (ROOT / each["file"]).is_file()

    def test_its_values_can_be_meant(self) -> None:
        given = {
            name: re.sub(r"\$\{[A-Z_]+(?::-([^}]*)|:\?[^}]*)?\}", lambda found: found.group(1) or "ab" * 32, value)
            for name, value in COMPOSE["services"]["worker"]["environment"].items()
        }
        assert read_settings(given).scaled


class TestKubernetes:
    def test_every_variable_exists_and_none_is_missing(self) -> None:
        given = given_in_cluster()
        assert given.keys() <= SETTINGS
        assert given.keys() >= NEEDED | {"HANDRAIL_S3_ENDPOINT", "HANDRAIL_S3_KEY", "HANDRAIL_S3_SECRET"}

    def test_its_values_can_be_meant(self) -> None:
        secrets = {
            "HANDRAIL_DATABASE_URL": "postgresql://u:p@host/name", "HANDRAIL_BROKER_URL": "rediss://:p@host/0",
            "HANDRAIL_VAULT_KEY": "ab" * 32, "HANDRAIL_AUDIT_KEY": "cd" * 32, "HANDRAIL_S3_KEY": "k",
            "HANDRAIL_S3_SECRET": "s",
        }  # fmt: skip
        settings = read_settings({**given_in_cluster(), **secrets})
        assert settings.scaled
        assert settings.metrics == ("0.0.0.0", 9700)

    def test_no_secret_has_a_value_and_no_secret_is_a_setting_in_the_open(self) -> None:
        for each in of_kind("Secret"):
            assert set(each["stringData"].values()) == {""}
        secret = {name for each in of_kind("Secret") for name in each["stringData"]}
        assert not secret & {name for each in of_kind("ConfigMap") for name in each["data"]}

    def test_nothing_names_a_namespace(self) -> None:
        assert all("namespace" not in each["metadata"] for each in MANIFESTS)

    def test_each_process_runs_and_may_be_moved(self) -> None:
        for kind in ("Deployment", "PodDisruptionBudget"):
            assert {each["metadata"]["name"] for each in of_kind(kind)} == {f"handrail-{role}" for role in ROLES}
        for each in [*of_kind("Deployment"), *of_kind("PodDisruptionBudget")]:
            labels = each["spec"]["selector"]["matchLabels"]
            assert labels["app.kubernetes.io/component"] == each["metadata"]["labels"]["app.kubernetes.io/component"]
        for each in of_kind("Deployment"):
            assert each["spec"]["replicas"] == 2
            assert each["spec"]["template"]["metadata"]["labels"] == each["spec"]["selector"]["matchLabels"]

    @pytest.mark.parametrize(("role", "pod"), list(pods()), ids=[name for name, _ in pods()])
    def test_a_pod_is_locked_down(self, role: str, pod: Any) -> None:
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        (container,) = spec["containers"]
        assert container["image"] == IMAGE
        assert container["args"][0] == role
        assert role in COMMANDS
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert container["envFrom"] == [{"configMapRef": {"name": "handrail"}}, {"secretRef": {"name": "handrail"}}]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert {mount["name"] for mount in container["volumeMounts"]} == {each["name"] for each in spec["volumes"]}

    @pytest.mark.parametrize("each", of_kind("Deployment"), ids=lambda each: each["metadata"]["name"])
    def test_each_is_probed_alike_and_may_take_its_time(self, each: Any) -> None:
        (container,) = each["spec"]["template"]["spec"]["containers"]
        port = {one["name"]: one["containerPort"] for one in container["ports"]}["side-door"]
        assert given_in_cluster()["HANDRAIL_METRICS_ADDRESS"] == f"0.0.0.0:{port}"
        for name, path in (("startupProbe", "/health"), ("livenessProbe", "/health"), ("readinessProbe", "/ready")):
            assert container[name]["httpGet"] == {"path": path, "port": "side-door"}
        role = each["metadata"]["labels"]["app.kubernetes.io/component"]
        assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > GRACE[role]

    def test_the_network_policy_opens_ports_that_there_are(self) -> None:
        (policy,) = of_kind("NetworkPolicy")
        opened = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
        there = {
            port["name"] for _, pod in pods() for each in pod["spec"]["containers"] for port in each.get("ports", ())
        }
        assert opened == there == {"http", "side-door"}

    def test_people_reach_the_api(self) -> None:
        (front,) = of_kind("Service")
        (ingress,) = of_kind("Ingress")
        (api,) = (one for role, one in pods() if role == "api")
        assert front["spec"]["selector"].items() <= api["metadata"]["labels"].items()
        assert front["spec"]["ports"][0]["targetPort"] in [one["name"] for one in api["spec"]["containers"][0]["ports"]]
        backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]
        assert backend == {"service": {"name": "handrail", "port": {"name": "http"}}}
        assert given_in_cluster()["HANDRAIL_URL"] == f"https://{ingress['spec']['rules'][0]['host']}"


def stage(name: str) -> str:
    """The lines of one stage of the Dockerfile; the last one has no name."""
    parts = re.split(r"^FROM ", DOCKERFILE.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    for part in parts:
        head = part.splitlines()[0]
        if head.endswith(f" AS {name}") if name else " AS " not in head:
            return part
    raise AssertionError(name)


def copied(text: str) -> list[tuple[list[str], str]]:
    """(sources, target) of each COPY from the build's own context."""
    found = re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
    return [(line.split()[:-1], line.split()[-1]) for line in found]


def goes_to_the_engine(path: str) -> bool:
    """Whether the engine gets a file, as .dockerignore says; the last line that fits decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = Path(path).parts
        tops = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        if any(fnmatch(top, pattern) for top in tops) or ("**/" in rule and fnmatch(parts[-1], pattern)):
            sent = rule.startswith("!")
    return sent


def imported() -> set[str]:
    """Every module of others that the product imports, at once or when it is first needed."""
    found: set[str] = set()
    for file in [*(ROOT / "builder").rglob("*.py"), *(ROOT / "nodes").rglob("node.py")]:
        for each in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(each, ast.Import):
                found |= {alias.name for alias in each.names}
            elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
                found.add(each.module)
    own = {"builder", "nodes", "tests", "receiver"}
    return {name for name in found if name.partition(".")[0] not in own | sys.stdlib_module_names}


class TestImage:
    def test_everything_that_is_copied_is_there_and_is_sent(self) -> None:
        sources = [
            source for text in (stage("screens"), stage("packages")) for each, _ in copied(text) for source in each
        ]
        assert len(sources) >= 10
        for source in sources:
            assert (ROOT / source).exists(), source
            assert goes_to_the_engine(source), source
        for unwanted in (".git/config", ".venv/bin/python", "frontend/node_modules/x", ".handrail/keys/vault.key",
                         "builder/dist/index.html", "builder/x.pyc", ".env", "tests/conftest.py"):  # fmt: skip
            assert not goes_to_the_engine(unwanted), unwanted

    def test_packages_are_pinned_and_nothing_is_compiled(self) -> None:
        installs = [line for line in re.split(r"&&|\n", stage("packages")) if "pip install" in line]
        for line in installs:
            assert "--require-hashes" in line or "--no-index" in line, line
            assert "--only-binary :all:" in line or "--no-index" in line, line
        assert "npm ci" in stage("screens")
        for name in ("app", "build"):
            pins = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
            assert pins.count("==") <= pins.count("--hash=sha256:")

    def test_the_pins_of_the_image_are_all_that_the_product_imports(self) -> None:
        """What only tests need is here as well; the program is kept from it, as it is in the image."""
        program = (
            "import importlib, json, re, sys\n"
            "from importlib.metadata import packages_distributions\n"
            "wanted, pins = json.load(sys.stdin)\n"
            "found = packages_distributions()\n"
            "class Image:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        names = [re.sub('[-_.]+', '-', each.lower()) for each in found.get(name.partition('.')[0], ())]\n"
            "        if names and not set(names) & set(pins): raise ModuleNotFoundError(name, name=name)\n"
            "sys.meta_path.insert(0, Image())\n"
            "for name in wanted: importlib.import_module(name)\n"
        )
        pinned = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / "app.txt").read_text("utf-8"), re.MULTILINE)
        wanted = [*sorted(imported()), "kombu.transport.redis", "uvicorn.protocols.http.h11_impl"]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program], input=json.dumps([wanted, pinned]), text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-1_000:]

    def test_the_last_stage_is_small_and_nobody_is_root(self) -> None:
        last = stage("")
        assert copied(last) == []
        assert "apt-get" not in last
        assert "pip" not in last
        assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
        assert 'ENTRYPOINT ["handrail"]' in last

    def test_what_is_copied_is_enough_to_build_the_wheel(self, tmp_path: Path) -> None:
        """The stage's own command, on nothing but what the stage copies."""
        for sources, target in copied(stage("packages")):
            for source in sources:
                place = tmp_path / target / Path(source).name if target.endswith("/") else tmp_path / target
                place.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__", "dist"))
                else:
                    shutil.copy(ROOT / source, place)
        (tmp_path / "builder" / "dist").mkdir()
        (tmp_path / "builder" / "dist" / "index.html").write_text("screens")
        assert "-m hatchling build -t wheel -d /tmp/wheels" in stage("packages")
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "wheels")],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
        (wheel,) = (tmp_path / "wheels").glob(f"handrail-{__version__}-*.whl")
        names = set(zipfile.ZipFile(wheel).namelist())
        assert {"builder/dist/index.html", "builder/db/migrations/env.py", "builder/worker.py"} <= names
        assert any(name.startswith("builder/workflows/examples/") for name in names)
        assert any(name.startswith("nodes/") for name in names)
