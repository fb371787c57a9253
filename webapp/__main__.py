"""Where the `posecast` command starts, and `python -m webapp`: Ctrl-C is quiet before the first slow import."""

from __future__ import annotations

from webapp.commands.terminal import quit_quietly_on_ctrl_c


def main() -> int:
    """Run the process's own arguments; the exit status."""
    quit_quietly_on_ctrl_c()
    from webapp import cli

    return cli.main()


if __name__ == "__main__":
    raise SystemExit(main())
