"""A real Chromium before a real `workbench up`, on a copy of the demo office."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, sync_playwright

from tests import demo_office
from tests.web.conftest import free_port
from workbench.settings import CHECKOUT

SCREENSHOTS = CHECKOUT / "tests" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Streamlit asks below a page's path first whether it is served under a prefix; both answers are "no".
FAILED = pytest.StashKey[bool]()
EXPECTED_404 = re.compile(r"/_stcore/(health|host-config)$")


def find_chromium() -> str | None:
    """An installed Chromium or Chrome; on a Debian where we are root, Debian's own is installed once."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update"], **quiet)
    subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], **quiet)
    return shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the run. In CI its absence is a failure, elsewhere a skip that says what to install."""
    path = find_chromium()
    if path is None:
        sentence = "Browser tests need Chromium or Chrome: install it, on Debian with `apt-get install chromium`."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@dataclass(slots=True)
class Workbench:
    """A running `workbench up`: the supervisor, with the application and the worker as its children."""

    base: str
    data_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.data_dir / "up.log").read_text(errors="replace")

    def child(self, words: str) -> int:
        """The process id of the child whose command line ends with these words; 0 when there is none."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in pids:
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
                if command.endswith(words):
                    return int(pid)
        return 0

    def wait_until_healthy(self, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.base}/sehat", timeout=2).status_code == 200:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        pytest.fail(self.log)


def start_workbench(data_dir: Path) -> Workbench:
    """`workbench up` as a person starts it, on its own port and folder."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WORKBENCH_")}
    with (data_dir / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "up", "--port", str(port)],
            cwd=CHECKOUT,
            env={**clean, "WORKBENCH_DATA_DIR": str(data_dir)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    running = Workbench(f"http://127.0.0.1:{port}", data_dir, process)
    running.wait_until_healthy()
    return running


@pytest.fixture(scope="session")
def start(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Workbench]]:
    """A function that starts one more workbench on its own copy of the demo office."""
    started: list[Workbench] = []

    def begin() -> Workbench:
        running = start_workbench(demo_office.copy_to(demo_template, tmp_path_factory.mktemp("var")))
        started.append(running)
        return running

    yield begin
    for running in started:
        running.process.terminate()
    for running in started:
        try:
            running.process.wait(20)
        except subprocess.TimeoutExpired:
            running.process.kill()


@pytest.fixture(scope="session")
def workbench(start: Callable[[], Workbench]) -> Workbench:
    """The workbench that the walks share."""
    return start()


@dataclass
class Visitor:
    """Somebody at a browser, and everything their browser complained about."""

    workbench: Workbench
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A failed request is told twice; its address is in the response.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _response(self, response: Response) -> None:
        path = response.url.split("?")[0].removeprefix(self.workbench.base)
        if response.status >= 400 and not EXPECTED_404.search(path):
            self.complaints.append(f"{response.status} {path}")

    def log_in(self, username: str, password: str | None = None) -> None:
        if password is None:
            password = demo_office.accounts(self.workbench.data_dir)[username]
        self.page.goto(f"{self.workbench.base}/masuk")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.page.locator("main button").click()

    def open(self, path: str) -> None:
        self.page.goto(self.workbench.base + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page's script has run to its end and nothing is being drawn any more."""
        self.page.wait_for_selector("[data-testid=stApp]")
        self.page.wait_for_timeout(250)
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
            " && !document.querySelector('[data-testid=stAppSkeleton], [data-testid=stSkeleton]')",
            timeout=30_000,
        )
        self.page.wait_for_timeout(150)

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def press(self, label: str | re.Pattern[str], within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=label).first.click()
        self.settle()

    def row(self, words: str, table: int = 0) -> None:
        """Tick the first row of a table that holds these words."""
        self.cell(16, words, table)

    def cell(self, x: int, words: str, table: int = 0) -> None:
        """Click so far from the left in the first row with these words.

        The table is drawn on a canvas; what it says is in the accessible rows inside, where to click is a position.
        """
        frame = self.page.locator("[data-testid=stDataFrame]").nth(table)
        rows = frame.locator("canvas [role=row]")
        rows.filter(has_text=words).first.wait_for(state="attached")
        row = next(i for i, text in enumerate(rows.all_text_contents()) if words in text) - 1  # below the heading
        grid = frame.locator(".dvn-scroller")
        grid.click(position={"x": x, "y": 51 + 33 * row})
        self.page.wait_for_timeout(400)
        self.settle()

    @property
    def text(self) -> str:
        """What the page says, without the frame."""
        return self.page.locator("[data-testid=stMain]").inner_text()

    def says(self, words: str | re.Pattern[str]) -> None:
        self.page.get_by_text(words).first.wait_for(timeout=15_000)

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def visit(browser: Browser, workbench: Workbench, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """A function that sends somebody in: ``visit("subkoor")``, ``visit("kabid", width=390)``, ``visit()``."""
    visitors: list[Visitor] = []

    def come(
        username: str | None = None, *, at: Workbench = workbench, width: int = 1280, height: int = 800
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="id-ID", timezone_id="Asia/Jakarta"
        )
        context.set_default_timeout(15_000)
        visitor = Visitor(at, context, context.new_page())
        visitor.listen()
        visitors.append(visitor)
        if username:
            visitor.log_in(username)
            visitor.settle()
        return visitor

    yield come
    for number, visitor in enumerate(visitors):
        if request.node.stash.get(FAILED, False):
            visitor.shot(f"failed-{request.node.name}-{number}")
        visitor.context.close()
