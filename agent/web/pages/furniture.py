"""What stands around a page: header, navigation, the bar at the lower edge of a phone, and the settings sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from agent.people import Person
from agent.web.identity import Identity
from agent.web.pages.controls import sheet, sheet_head
from agent.web.pages.writing import attribute, text
from agent.web.preferences import LIGHTS, PREFERENCES
from agent.web.words import Words

__all__ = ["Place", "Room", "furnish"]

DARK = {"light": False, "dark": True}


@dataclass(frozen=True)
class Place:
    """Name one page of the navigation: where it is, the key of its name, and its icon."""

    path: str
    name: str
    icon: str


@dataclass(frozen=True)
class Room:
    """Hold the parts of the frame that a page may fill."""

    dock: ui.element
    bar: ui.element


def furnish(
    identity: Identity,
    say: Words,
    *,
    places: Sequence[Place],
    here: str,
    light: str,
    people: Sequence[Person],
    proof: str,
) -> Room:
    """Build the frame in the page that is being made; `people` are those whom this browser may say it is.

    `proof` is what a form must bring back for the server to believe that it stood on a page of its own.
    """
    ui.dark_mode(DARK.get(light))
    ui.skip_link(say("frame_skip"), target=ui.context.client.content)
    if say.tongue != "zh":
        ui.add_head_html(f'<script>document.documentElement.lang = "{say.tongue}"</script>')
    settings = _settings(identity, say, here=here, light=light, people=people, proof=proof)
    with ui.header(wrap=False).classes("frame-header"):
        ui.link("kosnote", "/").classes("brand").props(f'aria-label="{say("frame_home")}"')
        bar = ui.element("div").classes("frame-bar")
        if len(places) > 1:
            _navigation(places, say, here, "frame-nav wide-only")
        with ui.button(on_click=settings.open, color=None).props("flat no-caps").classes("press who") as who:
            ui.icon("account_circle")
            text(identity.name, "who-name wide-only", tag="span")
        attribute(who, aria_label=say("frame_settings_of", name=identity.name), aria_haspopup="dialog")
    with ui.footer(wrap=False).classes("frame-footer"):
        dock = ui.element("div").classes("frame-dock")
        if len(places) > 1:
            _navigation(places, say, here, "frame-nav narrow-only")
    return Room(dock, bar)


def _navigation(places: Sequence[Place], say: Words, here: str, classes: str) -> None:
    with ui.element("nav").classes(classes) as navigation:
        attribute(navigation, aria_label=say("frame_navigation"))
        for place in places:
            is_here = here == place.path or here.startswith(f"{place.path}/")
            with ui.link(target=place.path).classes("place here" if is_here else "place") as link:
                ui.icon(place.icon).props("aria-hidden=true")
                ui.label(say(place.name))
            if is_here:
                attribute(link, aria_current="page")


def _settings(
    identity: Identity, say: Words, *, here: str, light: str, people: Sequence[Person], proof: str
) -> ui.dialog:
    with sheet(say("frame_settings"), side="right") as dialog, ui.card().classes("sheet-card"):
        sheet_head(dialog, say("frame_settings"), say("frame_close"))
        tongues = (("zh", "简体中文"), ("en", "English"))
        names = tuple((value, say(f"frame_light_{value}")) for value in LIGHTS)
        back = {"next": here, "csrf": proof}
        _choices(say("frame_tongue"), PREFERENCES, "tongue", tongues, say.tongue, back)
        _choices(say("frame_light"), PREFERENCES, "light", names, light if light in LIGHTS else "auto", back)
        if identity.way == "loopback":
            known = tuple((person.id, f"{person.name} · {_roles(person, say)}") for person in people)
            _choices(say("frame_who"), "/who", "who", known, identity.user, {"csrf": proof})
            ui.label(say("frame_who_hint")).classes("hint")
        else:
            text(f"{identity.name} · {identity.user}", "hint")
            _choices(say("frame_session"), "/sign-out", "out", (("yes", say("frame_sign_out")),), "", {"csrf": proof})
        ui.link(say("frame_tokens"), "/tokens").classes("button-link")
    return dialog


def _choices(
    title: str, action: str, name: str, values: Sequence[tuple[str, str]], chosen: str, hidden: dict[str, str]
) -> None:
    """Offer choices as buttons of a plain form: each is a POST, and the page comes back as chosen."""
    with ui.element("form").classes("choices") as form:
        attribute(form, method="post", action=action, aria_label=title)
        ui.label(title).classes("choices-title")
        for field, content in hidden.items():
            attribute(ui.element("input"), type="hidden", name=field, value=content)
        for value, label in values:
            button = text(label, "choice chosen" if value == chosen else "choice", tag="button")
            attribute(button, type="submit", name=name, value=value)
            if chosen:
                attribute(button, aria_pressed=str(value == chosen).lower())


def _roles(person: Person, say: Words) -> str:
    return "、".join(say(f"role_{role.value}") for role in person.roles)
