"""`python -m termmine`: the command line."""

from termmine.cli import main

if __name__ == "__main__":
    main()
