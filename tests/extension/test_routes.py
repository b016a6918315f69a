from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent.extension.context import Front, Fronts
from jupyter_clinagent.extension.desk import Desk
from tests.notebook.ports import TOKEN

ROUTES = ["context", "decide", "run", "status", "stop", "undo"]
NO_PROXY = urllib.request.ProxyHandler({})


@pytest.fixture
def desk(app: ServerApp) -> Desk:
    return app.web_app.settings["clinagent"]


def post(app: ServerApp, route: str, body: Any, token: str | None = TOKEN) -> tuple[int, dict]:
    request = urllib.request.Request(f"{app.connection_url}clinagent/{route}", data=json.dumps(body).encode(), method="POST")
    if token:
        request.add_header("Authorization", f"token {token}")
    try:
        with urllib.request.build_opener(NO_PROXY).open(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_refuses_who_is_not_logged_in(app: ServerApp, route: str) -> None:
    assert post(app, route, {}, token=None)[0] == 403
    assert post(app, route, {}, token="guessed")[0] == 403


@pytest.mark.parametrize("route", ROUTES)
def test_a_browser_needs_the_xsrf_token(app: ServerApp, route: str) -> None:
    opener = urllib.request.build_opener(NO_PROXY, urllib.request.HTTPCookieProcessor(CookieJar()))
    opener.open(f"{app.connection_url}login?token={TOKEN}", timeout=10).read()
    request = urllib.request.Request(f"{app.connection_url}clinagent/{route}", data=b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        opener.open(request, timeout=10)
    assert refusal.value.code == 403
    assert "_xsrf" in refusal.value.read().decode()


@pytest.mark.parametrize(
    ("route", "body"), [("context", []), ("context", {}), ("decide", {"id": "1"}), ("run", {"request": "x"})]
)
def test_a_malformed_body_is_a_bad_request(app: ServerApp, route: str, body: Any) -> None:
    assert post(app, route, body)[0] == 400


def test_a_tab_reports_what_it_has_in_front(app: ServerApp, desk: Desk) -> None:
    body = {"client": "one", "path": "RTC:c/d.ipynb", "active": "x", "selected": ["x", "y"]}
    assert post(app, "context", body)[0] == 200
    front = max(desk.fronts._fronts.values(), key=lambda front: front.at)
    assert (front.path, front.active, front.selected) == ("c/d.ipynb", "x", ("x", "y"))


def test_the_tab_that_reported_last_counts_for_its_user_only() -> None:
    fronts = Fronts()
    for user, client, path in [
        ("anna", "1", "a.ipynb"),
        ("anna", "2", "b.ipynb"),
        ("anna", "1", "c.ipynb"),
        ("bert", "3", "d.ipynb"),
    ]:
        fronts.report(user, client, Front(path))
    assert [fronts.of(user) and fronts.of(user).path for user in ("anna", "bert", "carl")] == ["c.ipynb", "d.ipynb", None]


def test_an_unknown_card_or_kernel_is_refused_with_a_reason(app: ServerApp) -> None:
    assert post(app, "decide", {"id": "unknown", "choice": "Approve"})[0] == 409
    status, reply = post(app, "status", {"kernel": "unknown"})
    assert status == 409
    assert "no open notebook" in reply["message"]
