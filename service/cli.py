"""The command line: one function per command; heavy parts are imported where they are needed."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from service.commands.failures import WRONG_USE, CommandError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 for done, 1 for failed, 2 for wrong use."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except CommandError as error:
        print(f"triage365: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; nothing is left to say
        return 0
    except KeyboardInterrupt:
        print("triage365: interrupted; bulk goes on with --resume", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(
        prog="triage365",
        description="Tells what stands behind a Work 365 permissions error, and how to mend it.",
    )
    parser.add_argument("--version", action="version", version=f"triage365 {version('triage365')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _serve(commands)
    _diagnose(commands)
    _bulk(commands)
    _evaluate(commands)
    _knowledge(commands)
    _signatures(commands)
    _keys(commands)
    return parser


def _serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("serve", help="run the HTTP service")
    command.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    command.add_argument("--port", type=_port, help="port to listen on (default 8365)")
    command.add_argument("--workers", type=int, default=1, metavar="N", help="service processes")
    command.set_defaults(run=_run_serve)


def _port(written: str) -> int:
    port = int(written)
    if not 0 < port < 65536:  # noqa: PLR2004 -- 16 bits
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _diagnose(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("diagnose", help="diagnose one message, HTTP response or HAR")
    command.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    command.add_argument("--status", type=int, metavar="N", help="HTTP status, if you know it")
    command.add_argument("--url", metavar="U", help="address that was called")
    command.add_argument("--provider", metavar="P", help="external provider that was called")
    command.add_argument("--identity", metavar="I", choices=IDENTITIES, help="; ".join(IDENTITIES))
    command.add_argument("--json", action="store_true", help="print the whole diagnosis as JSON")
    command.set_defaults(run=_run_diagnose)


IDENTITIES = (
    "user",
    "application",
    "service_account",
    "owner",
    "provider_integration",
    "team",
    "unknown",
)


def _bulk(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("bulk", help="diagnose every row of an export")
    command.add_argument("input", type=Path, help=".csv, .jsonl (.gz, .zst), .xlsx or .parquet")
    command.add_argument("output", type=Path, help="a file of the same format")
    command.add_argument("--text-column", metavar="C", help="the column that holds the message")
    command.add_argument("--report", type=Path, metavar="R.html", help="write a report too")
    command.add_argument("--engine", choices=("local", "spark"), default="local")
    command.add_argument("--workers", type=int, metavar="N", help="processes (default: cores)")
    command.add_argument(
        "--resume", action="store_true", help="go on where an interrupted run stopped"
    )
    command.set_defaults(run=_run_bulk)


def _evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("evaluate", help="measure the accuracy on labelled messages")
    command.add_argument(
        "dataset",
        type=Path,
        nargs="?",
        help="JSON Lines with text, label, acceptable, context; without it, our own corpus, "
        "held out by wording",
    )
    command.add_argument("--only", choices=("signatures", "model"), help="measure one part alone")
    command.add_argument("--floors", type=Path, metavar="F", help="fail below these, on our corpus")
    command.add_argument("--freeze", action="store_true", help="freeze our corpus in the floors")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_run_evaluate)
    command = commands.add_parser("train", help="rebuild the text model from the corpus")
    command.set_defaults(run=_run_train)


def _knowledge(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("causes", help="list the causes and their variants")
    command.add_argument("cause", nargs="?", metavar="ID", help="show one cause with its page")
    command.set_defaults(run=_run_causes)
    command = commands.add_parser("runbook", help="print the prevention runbook")
    command.add_argument("--format", choices=("md", "html"), default="md", help="default: md")
    command.set_defaults(run=_run_runbook)


def _signatures(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("signatures", help="the signature book")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("list", help="every signature with its cause")
    action.set_defaults(run=_run_signatures_list)
    action = actions.add_parser("test", help="run the examples of every signature")
    action.set_defaults(run=_run_signatures_test)
    action = actions.add_parser("explain", help="what one entry or code looks for and finds")
    action.add_argument("id", metavar="ID", help="as in triage_origin, or a code: AADSTS50055")
    action.set_defaults(run=_run_signatures_explain)


def _keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("keys", help="API keys")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("create", help="create a key and show it once")
    action.add_argument("name", nargs="?", default="key", help="what it is for")
    action.add_argument("--workspace", default="default", metavar="W", help="whose it is")
    action.add_argument(
        "--scope",
        action="append",
        choices=("submit", "read", "admin"),
        help="what it may do, once for each (default: submit and read)",
    )
    action.set_defaults(run=_run_keys_create)
    action = actions.add_parser("list", help="every key, without its secret")
    action.set_defaults(run=_run_keys_list)
    action = actions.add_parser("revoke", help="make a key open nothing")
    action.add_argument("key", metavar="ID", help="as `triage365 keys list` shows it")
    action.set_defaults(run=_run_keys_revoke)


def _run_keys_create(options: argparse.Namespace) -> int:
    from service.commands.keys import create_key  # noqa: PLC0415

    scopes = dict.fromkeys(options.scope or ("submit", "read"))
    return create_key(options.name, workspace=options.workspace, scopes=list(scopes))


def _run_keys_list(_options: argparse.Namespace) -> int:
    from service.commands.keys import show_keys  # noqa: PLC0415

    return show_keys()


def _run_keys_revoke(options: argparse.Namespace) -> int:
    from service.commands.keys import revoke  # noqa: PLC0415

    return revoke(options.key)


def _run_serve(options: argparse.Namespace) -> int:
    from service.commands.serve import serve  # noqa: PLC0415 -- see the module's first line

    return serve(host=options.host, port=options.port, workers=options.workers)


def _run_diagnose(options: argparse.Namespace) -> int:
    from service.commands.diagnose import diagnose  # noqa: PLC0415

    names = ("status", "url", "provider", "identity")
    context = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return diagnose(options.file, context, as_json=options.json)


def _run_bulk(options: argparse.Namespace) -> int:
    from service.commands.bulk import Options, bulk  # noqa: PLC0415

    names = ("text_column", "report", "engine", "workers", "resume")
    return bulk(
        options.input, options.output, Options(**{name: getattr(options, name) for name in names})
    )


def _run_evaluate(options: argparse.Namespace) -> int:
    from service.commands import accuracy  # noqa: PLC0415

    if options.floors is None and options.freeze:
        raise CommandError("--freeze needs --floors, the file to write to", WRONG_USE)
    if options.floors is not None and options.dataset is not None:
        raise CommandError("--floors are for our own corpus; leave the file out", WRONG_USE)
    if options.freeze:
        return accuracy.freeze_messages(options.floors)
    if options.floors is not None:
        return accuracy.check_floors(options.floors)
    if options.dataset is None:
        return accuracy.print_held_out(only=options.only, as_json=options.json)
    return accuracy.print_accuracy(options.dataset, only=options.only, as_json=options.json)


def _run_train(_options: argparse.Namespace) -> int:
    from service.commands.accuracy import rebuild_model  # noqa: PLC0415

    return rebuild_model()


def _run_causes(options: argparse.Namespace) -> int:
    from service.commands.knowledge import print_causes  # noqa: PLC0415

    return print_causes(options.cause)


def _run_runbook(options: argparse.Namespace) -> int:
    from service.commands.knowledge import print_runbook  # noqa: PLC0415

    return print_runbook(options.format)


def _run_signatures_list(_options: argparse.Namespace) -> int:
    from service.commands.signatures import print_signatures  # noqa: PLC0415

    return print_signatures()


def _run_signatures_test(_options: argparse.Namespace) -> int:
    from service.commands.signatures import test_signatures  # noqa: PLC0415

    return test_signatures()


def _run_signatures_explain(options: argparse.Namespace) -> int:
    from service.commands.explain import explain  # noqa: PLC0415

    return explain(options.id)


if __name__ == "__main__":
    sys.exit(main())
