"""Where the `posecast` command starts, and `python -m webapp`: what must be set before the first slow import."""

from __future__ import annotations

import os

from webapp.commands.terminal import quit_quietly_on_ctrl_c


def main() -> int:
    """Run the process's own arguments; the exit status."""
    quit_quietly_on_ctrl_c()
    # NumPy's threads, which wait by spinning, would take the cores from the network: on two busy cores the lifter took
    # 8 to 27 ms with them and 3 without.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from webapp import cli

    return cli.main()


if __name__ == "__main__":
    raise SystemExit(main())
