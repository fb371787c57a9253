"""`python -m webapp` is `posecast`."""

from webapp.cli import main

raise SystemExit(main())
