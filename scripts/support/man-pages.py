"""Makes the man pages of a command that uses ArgumentParser: COMMAND --experimental-dump-help | man-pages.py FOLDER [VERSION]

Writes a page of section 1 for the command and one for each of its subcommands that help shows, such as roost.1, roost-jobs.1 and
roost-jobs-list.1, into the folder.
"""

import json
import pathlib
import re
import sys


def escaped(text):
    """Text without meaning for troff: backslashes and hyphens, and no line that begins with a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.splitlines())


def paragraphs(text):
    """Prose, with `code` in bold."""
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return "\n.PP\n".join(re.sub(r"`([^`]+)`", r"\\fB\1\\fR", escaped(block)) for block in blocks)


def spelled(name):
    return ("-" if name["kind"] in ("short", "longWithSingleDash") else "--") + name["name"]


def heading(argument):
    """The line that introduces an argument: its names, and the name of its value."""
    value = argument.get("valueName") or "value"
    if argument["kind"] == "positional":
        names = [f"\\fI{escaped(value)}\\fR"]
    else:
        names = [f"\\fB{escaped(spelled(name))}\\fR" for name in argument.get("names") or []]
    text = ", ".join(names) + (f" \\fI{escaped(value)}\\fR" if argument["kind"] == "option" else "")
    return text + (" ..." if argument.get("isRepeating") else "")


def synopsis(argument):
    if argument["kind"] == "positional":
        text = f"\\fI{escaped(argument.get('valueName') or 'value')}\\fR"
    else:
        value = f" \\fI{escaped(argument.get('valueName') or 'value')}\\fR" if argument["kind"] == "option" else ""
        text = f"\\fB{escaped(spelled(argument.get('preferredName') or argument['names'][0]))}\\fR{value}"
    return (f"[{text}]" if argument.get("isOptional") else text) + (" ..." if argument.get("isRepeating") else "")


def described(argument):
    text = " ".join(part for part in [argument.get("abstract"), argument.get("discussion")] if part)
    values = argument.get("allValues") or []
    if any(value not in text for value in values):
        text += f" Values: {', '.join(values)}."
    if argument.get("defaultValue") and "Default:" not in text:
        text += f" Default: {argument['defaultValue']}."
    return paragraphs(text).replace("\n.PP\n", "\n.IP\n") or "\\&"


def shown(items):
    return [item for item in items or [] if item.get("shouldDisplay", True) and item.get("commandName") != "help"]


def page(command, path, parents, version):
    """The text of a command's page."""
    name, arguments, subcommands = "-".join(path), shown(command.get("arguments")), shown(command.get("subcommands"))
    usage = " ".join([f"\\fB{escaped(' '.join(path))}\\fR", *(["\\fIcommand\\fR"] if subcommands else []), *map(synopsis, arguments)])
    lines = [
        f'.TH "{name.upper()}" "1" "" "{path[0]} {version}" "User commands"', ".SH NAME",
        f"{escaped(name)} \\- {paragraphs(command.get('abstract') or '').rstrip('.')}", ".SH SYNOPSIS", usage,
    ]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", paragraphs(command["discussion"])]
    if subcommands:
        lines += [".SH COMMANDS"]
        for inner in subcommands:
            lines += [".TP", f"\\fB{escaped(inner['commandName'])}\\fR", paragraphs(inner.get("abstract") or "") or "\\&"]
    if arguments:
        lines += [".SH OPTIONS"]
        for argument in arguments:
            lines += [".TP", heading(argument), described(argument)]
    others = (["-".join(parents)] if parents else []) + [f"{name}-{inner['commandName']}" for inner in subcommands]
    if others:
        lines += [".SH SEE ALSO", ", ".join(f"\\fB{escaped(other)}\\fR(1)" for other in others)]
    return "\n".join(lines) + "\n"


def pages(command, parents, version):
    path = [*parents, command["commandName"]]
    yield "-".join(path), page(command, path, parents, version)
    for inner in shown(command.get("subcommands")):
        yield from pages(inner, path, version)


def main():
    if not 2 <= len(sys.argv) <= 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    folder, version = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else ""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(json.load(sys.stdin)["command"], [], version):
        (folder / f"{name}.1").write_text(text, "utf-8")


main()
