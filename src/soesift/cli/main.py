"""The `soesift` command: its verbs, in modules that are imported only when one of them is called."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from soesift.errors import SoesiftError

VERBS = {
    "detect": "Find, join and export the SoE tables of protocols.",
    "review": "Check detections and label tables on a local page.",
    "app": "One page: drop protocols, check and mend what is found, sign, take it away.",
    "export": "Write a result as USDM input, FHIR, Excel, CSV, HTML or Word.",
    "diff": "What changed between the schedules of two versions.",
    "burden": "Visits and procedures per participant, counted, with what the counts assume.",
    "serve": "Serve detection over HTTP.",
    "fetch": "Download protocols from ClinicalTrials.gov.",
    "sample": "Write a realistic protocol that this project makes itself.",
    "tables": "Write all tables found, for building training sets.",
    "train": "Train the student on labelled tables and export it.",
    "publish": "Put a model folder on a Hugging Face hub.",
    "models": "Make the shipped models again, from documents to folders.",
    "gate": "Keep the tables worth asking about, and say what that loses.",
    "plan": "Calls, tokens, cost and audit of labelling, before anything is sent.",
    "label": "Ask a teacher about tables, or bring labels in and out.",
    "select": "Choose the labels worth training on, and say what they are worth.",
    "evaluate": "Score a model, or results, on labelled protocols.",
    "bench": "Run systems on labelled documents and score them alike.",
    "study": "Compare ways of getting labels on the same held-out protocols.",
    "explain": "Every answer, belief and decision about one table.",
    "status": "What a ledger of labels holds.",
    "mcp": "Let an assistant on this machine ask for schedules (Model Context Protocol).",
}
GROUPS = {
    "Protocols": "detect review app export diff burden",
    "Around them": "serve mcp fetch sample",
    "Labels and models": "tables gate plan label status explain select train models publish study evaluate bench",
}
CHAPTERS = {
    "detect": "detect tables",
    "export": "export diff burden",
    "local": "app review serve mcp",
    "documents": "fetch sample",
    "labels": "gate plan select explain status",
    "label": "label",
    "models": "train models publish study",
    "scores": "evaluate bench",
}  # module: the verbs that it holds, each as the command NAME_verb


class Verbs(click.Group):
    """Loads the module of a verb on use, so that no verb pays for the imports of all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            near = get_close_matches(cmd_name, VERBS, 1)
            raise click.UsageError(f"No such command {cmd_name!r}{f'; did you mean {near[0]}?' if near else ''}", ctx)
        chapter = next(name for name, verbs in CHAPTERS.items() if cmd_name in verbs.split())
        command: click.Command = getattr(import_module(f"soesift.cli.{chapter}"), f"{cmd_name}_verb")
        for one in [command, *getattr(command, "commands", {}).values()]:
            if all(parameter.name != "debug" for parameter in one.params):  # `main` reads it for all verbs
                one.params.append(click.Option(["--debug"], is_flag=True, hidden=True, expose_value=False))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for group, verbs in GROUPS.items():
            with formatter.section(group):
                formatter.write_dl([(verb, VERBS[verb]) for verb in verbs.split()])


@click.command(cls=Verbs)
@click.version_option(package_name="soesift")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def soesift(ctx: click.Context, debug: bool) -> None:
    """Find every Schedule-of-Event table of a clinical trial protocol."""
    ctx.obj = {"debug": debug}


def main(argv: list[str] | None = None) -> Any:
    """Run the command line; exit 2 with one line on an error that the user can mend."""
    arguments = sys.argv[1:] if argv is None else argv
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them is an eighth of the start
    try:
        code = soesift.main(args=arguments, prog_name="soesift", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except SoesiftError as error:
        if "--debug" in arguments:
            raise
        click.echo(f"soesift: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        from soesift.files import FULL

        if error.errno not in FULL or "--debug" in arguments:
            raise
        where = error.filename or "a file"
        click.echo(f"soesift: cannot write {where}: {error.strerror}; free some space and run it again", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("soesift: stopped", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
