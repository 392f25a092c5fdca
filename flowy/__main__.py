"""`python -m flowy`: the command line."""

from flowy.cli.main import main

if __name__ == "__main__":
    main(prog_name="flowy")
