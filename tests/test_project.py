"""What the papers of the project say is true of the tree, and the tree keeps the rules of the house."""

import ast
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHOICES = (ROOT / "docs" / "choices.md").read_text(encoding="utf-8")
PACKAGES = ("index", "qa", "ui", "seeds")
# Longer than 300 lines, each with the one reason it has to change.
LONG: dict[str, str] = {}
LONGEST = 300


def tracked():
    """Return what git tracks or would track here, as paths relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


@cache
def modules(*tops, without="\0"):
    """Return (path, syntax tree) of every module below these folders."""
    paths = sorted(path for top in tops for path in (ROOT / top).rglob("*.py"))
    named = [(path.relative_to(ROOT).as_posix(), path) for path in paths]
    return [
        (name, ast.parse(path.read_text(encoding="utf-8")))
        for name, path in named
        if not name.startswith(without)
    ]


def name_of(requirement):
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


def requirements(*extras):
    project = PROJECT["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {name_of(each) for given in lists for each in given}


def imported(*tops, without="\0"):
    """Return the distributions (or, where unknown here, modules) that are imported, each with one place."""
    owners = packages_distributions()
    found = {}
    for path, tree in modules(*tops, without=without):
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            for top in {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names):
                if top not in {*PACKAGES, "tests"}:
                    found[owners.get(top, [top])[0].lower().replace("_", "-")] = path
    return found


def test_the_map_is_the_tree():
    rows = re.findall(r"^\| `([\w./-]+/)` \|", README, re.MULTILINE)
    assert len(rows) == len(set(rows)) > 5
    missing = [row for row in rows if not (ROOT / row).is_dir()]
    assert not missing, f"the README's map names what is not there: {missing}"
    mapped = {row.rstrip("/") for row in rows} | {"docs/images"}
    folders = {Path(name).parent.as_posix() for name in tracked() if "/" in name}
    unmapped = {folder for folder in folders if not any(fnmatch(folder, each) for each in mapped)}
    assert not unmapped, f"not on the README's map: {sorted(unmapped)}"


@pytest.mark.parametrize(
    "page", ["README.md", "README.fr.md", "docs/choices.md", "CHANGELOG.md", "seeds/README.md"]
)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", text)
    local = [link for link in links if "://" not in link]
    for link in local:
        file, _, part = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if part:
            heads = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}


def test_every_dependency_is_explained_and_no_other():
    explained = re.findall(r"^\| `([\w.-]+)` \| \S", CHOICES, re.MULTILINE)
    assert len(explained) == len(set(explained))
    assert set(explained) == requirements("dev", "model", "peers")


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    used = imported(*PACKAGES)
    own = requirements()
    undeclared = {name: place for name, place in used.items() if name not in own | requirements("model")}
    assert not undeclared, f"imported but not a dependency: {undeclared}"
    assert own <= used.keys(), f"a dependency that nothing imports: {own - used.keys()}"
    # Peers are installed only by `make bench-peers`; their modules are not known by name otherwise.
    tests = imported("tests", without="tests/benchmarks/peer")
    undeclared = {
        name: place for name, place in tests.items() if name not in own | requirements("dev", "model")
    }
    assert not undeclared, f"imported by tests but not a dependency: {undeclared}"


def test_a_wheel_has_every_file_the_packages_read():
    settings = PROJECT["tool"]["setuptools"]
    given = set(settings["packages"])
    files = [name for name in tracked() if name.split("/")[0] in PACKAGES]
    folders = {Path(name).parent.as_posix().replace("/", ".") for name in files}
    assert folders == given
    patterns = settings["package-data"]["*"]
    left_out = [
        name
        for name in files
        if not name.endswith(".py") and not any(fnmatch(Path(name).name, pattern) for pattern in patterns)
    ]
    assert not left_out


def test_files_are_short():
    lengths = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in tracked()
        if name.endswith((".py", ".js", ".css"))
    }
    long = {name for name, length in lengths.items() if length > LONGEST}
    assert long - LONG.keys() == set(), "split it, or list it with its one reason to change"
    assert LONG.keys() - long == set(), "no longer long: drop it from the list"


def test_all_is_sorted_and_names_what_exists():
    for path, tree in modules("index", "qa", "ui"):
        for node in tree.body:
            if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["__all__"]:
                names = ast.literal_eval(node.value)
                assert list(names) == sorted(names, key=isort), f"{path}: __all__ is not sorted"
                assert set(names) <= bound(tree), f"{path}: __all__ names what is not there"


def isort(name):
    """Return the key ruff sorts `__all__` by: constants, classes, the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def bound(tree):
    """Return the names a module binds at its top."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def test_every_public_name_says_what_it_does():
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules("index", "qa", "ui")
        for node in public(tree)
        if not ast.get_docstring(node)
    ]
    silent += [path for path, tree in modules(*PACKAGES) if not ast.get_docstring(tree)]
    assert not silent


def public(node):
    """Yield the public classes, functions and methods below a node, not what is local to a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not child.name.startswith("_"):
                yield child
            if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
                yield from public(child)


def test_the_tree_names_no_machine_of_its_makers():
    # Put together here so that this file does not hold what it looks for.
    words = (
        "/work" + "/",
        "." + "library/",
        "index" + "-url",
        "find" + "-links",
        "/opt/" + "pypi",
        "pypi" + "-more",
    )
    text = (
        ".py",
        ".md",
        ".toml",
        ".json",
        ".yml",
        ".sh",
        ".js",
        ".css",
        ".html",
        "Makefile",
        "run",
        "NOTICE",
    )
    found = [
        f"{name}: {word}"
        for name in tracked()
        if name.endswith(text)
        for word in words
        if word in (ROOT / name).read_text(encoding="utf-8")
    ]
    assert not found


def test_torch_is_pinned():
    assert "torch==2.13.0" in PROJECT["project"]["dependencies"]


def test_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"
