"""Every command of the window with its menu and keys: menu, key sheet and manual come from this one table."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim_gui.texts import text


@dataclass(frozen=True)
class Command:
    """Something a user can ask for.

    Parameters
    ----------
    name
        What the window's method is called; its words stand in the texts under ``command``.
    menu
        Where it stands.
    keys
        As Qt writes them; the first one is shown in the menu. No command has only a function key.
    number
        Of several that do the same to different things, from 1; 0 for one alone.
    """

    name: str
    menu: str
    keys: tuple[str, ...] = ()
    number: int = 0

    @property
    def called(self) -> str:
        """Its name among all commands."""
        return f"{self.name}_{self.number}" if self.number else self.name

    @property
    def words(self) -> str:
        """What it is called in the menu."""
        return text(f"command.{self.name}", number=self.number)

    @property
    def sentence(self) -> str:
        """What it does."""
        return text(f"does.{self.name}")


#: How many scenes can be kept: one for each digit but 0.
N_SCENES = 9


COMMANDS = (
    Command("start", "file", ("Ctrl+Home",)),
    Command("record", "file", ("R",)),
    Command("picture", "file", ("S",)),
    Command("export", "file", ("Ctrl+E",)),
    Command("quit", "file", ("Ctrl+Q",)),
    Command("play", "session", ("P",)),
    Command("step", "session", ("N",)),
    Command("slower", "session", ("[",)),
    Command("faster", "session", ("]",)),
    Command("real_time", "session", ("\\",)),
    Command("mark", "session", ("M",)),
    Command("compare", "session", ("C",)),
    Command("go_to", "session", ("Ctrl+G",)),
    Command("go_back", "session", ("Shift+Left",)),
    Command("go_forward", "session", ("Shift+Right",)),
    *(Command("recall_scene", "scenes", (f"{n}",), n) for n in range(1, N_SCENES + 1)),
    *(Command("keep_scene", "scenes", (f"Ctrl+{n}",), n) for n in range(1, N_SCENES + 1)),
    Command("blink", "subject", ("B",)),
    Command("jaw", "subject", ("J",)),
    Command("pop", "subject", ("O",)),
    Command("pad", "subject", ("Ctrl+B",)),
    Command("reveal", "view", ("T",)),
    Command("console", "view", ("Ctrl+Shift+1",)),
    Command("course", "view", ("Ctrl+Shift+2",)),
    Command("field", "view", ("Ctrl+Shift+F",)),
    Command("treat", "view", ("Ctrl+Shift+T",)),
    Command("stage", "view", ("F5", "Ctrl+Return")),
    Command("participant", "view", ("Ctrl+P",)),
    Command("picture_kind", "view", ("Ctrl+K",)),
    Command("sound", "view", ("Ctrl+U",)),
    Command("back", "view", ("Esc",)),
    Command("blank", "view", (".",)),
    Command("freeze", "view", ("F",)),
    Command("larger", "view", ("Ctrl++", "Ctrl+=")),
    Command("smaller", "view", ("Ctrl+-",)),
    Command("light", "view", ("Ctrl+L",)),
    Command("dark", "view", ("Ctrl+D",)),
    Command("fahrenheit", "view", ("Ctrl+T",)),
    Command("peak_to_peak", "view", ("Ctrl+Shift+K",)),
    Command("full_screen", "view", ("Ctrl+F", "F11")),
    Command("reset_layout", "view", ("Ctrl+0",)),
    Command("lessons", "lesson", ("L",)),
    Command("next_step", "lesson", ("PgDown",)),
    Command("previous_step", "lesson", ("PgUp",)),
    Command("keys", "help", ("?", "F1")),
    Command("about", "help", ("Ctrl+I",)),
)

#: The menus, in order.
MENUS = ("file", "session", "scenes", "subject", "view", "lesson", "help")

#: Keys that are held and belong to the body; they are no commands but strokes in the log.
BODY_KEYS = {"Space": "breathe", "Up / Down": "tension", "Right / Left": "attention", "E": "eyes"}
