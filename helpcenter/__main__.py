"""`python -m helpcenter` is the command `helpcenter`."""

from helpcenter.cli import main

if __name__ == "__main__":
    main()
