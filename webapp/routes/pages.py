"""The pages, and two answers for machines that monitor the server: health and metrics."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request

from engine.settings import SCHEMA
from webapp.access.guard import refuse
from webapp.access.pixels import withheld
from webapp.access.share import sharing
from webapp.access.tokens import Role
from webapp.routes.answers import answer
from webapp.routes.assets import code_folder, static_version
from webapp.shown import role, shown

blueprint = Blueprint("pages", __name__)

DEAD_LINK = (
    "This link is not valid: its token is wrong, expired or already used. "
    "Open the link that Posecast printed when it last started, or enter its token here."
)


@blueprint.get("/")
def dashboard() -> Response:
    """The dashboard."""
    return page("index.html")


@blueprint.get("/view")
def view() -> Response:
    """The 3D view alone."""
    return page("view.html")


@blueprint.get("/login")
def login_page() -> Response:
    """The login page, which a browser without a token sees instead of any other page."""
    denied = bool(request.environ.get("posecast.denied"))
    return _login(401 if denied else 200, DEAD_LINK if request.args.get("problem") == "link" else "")


@blueprint.post("/login")
def login() -> Response | tuple[Response, int]:
    """Check a typed token and store it in a cookie."""
    tokens = shown().tokens
    token = request.form.get("token", "").strip()
    if tokens.log_in(request.remote_addr or "", token) is None:
        return _login(401, "Wrong token, or too many wrong tokens from this address in the last minute.")
    response = make_response(redirect(f"{request.script_root}/", 303))
    if tokens.required:  # otherwise any token is accepted, and there is nothing to store
        response.headers["Set-Cookie"] = tokens.cookie(request.environ, token)
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon that browsers request on their own."""
    icon = resources.files("webapp") / "static" / "img" / "favicon.svg"
    if not icon.is_file():
        return Response(status=204)
    return Response(icon.read_bytes(), mimetype="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


@blueprint.get("/api/share")
def share() -> Response:
    """The links for others, with QR codes."""
    url = f"{request.host_url.rstrip('/')}{request.script_root}/"
    return answer(sharing(shown().options, url, operator=role() is Role.OPERATOR))


@blueprint.get("/healthz")
def health() -> Response:
    """200 while frames flow, 503 and the reason when they do not."""
    reason = shown().health()
    return answer({"status": "ok"}) if reason is None else refuse(503, reason)  # type: ignore[return-value]


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus text."""
    return Response(shown().metrics_text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def page(template: str, **more: object) -> Response:
    """A page of the visitor's role; `more` are names that its template uses."""
    visitor = role()
    complete = (Path(current_app.static_folder or "") / "vendor" / "vendor.js").is_file()
    text = render_template(
        template,
        static=f"static/{static_version(current_app)}",
        code=code_folder(current_app),
        role=visitor.value if visitor else "",
        complete=complete,
        pictures_withheld=shown().viewers_see() == "skeleton" and withheld("skeleton"),
        settings_schema=SCHEMA,
        **more,
    )
    return Response(text, mimetype="text/html", headers={"Cache-Control": "no-store"})


def _login(status: int, problem: str) -> Response:
    text = render_template("login.html", root=request.script_root, problem=problem)
    return Response(text, status, mimetype="text/html", headers={"Cache-Control": "no-store"})
