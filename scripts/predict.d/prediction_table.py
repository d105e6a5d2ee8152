"""The tables of scripts/predict: what was composed against what was measured, and other programs."""

import statistics

# A composition is held to this.
LIMIT = 0.10


def speed(seconds, kind, context):
    """Tokens a second of passes of one sequence."""
    return (context if kind == "prefill" else 1) / seconds


def hull(quantities):
    """The median of several medians, within the widest ends of their intervals."""
    return {
        "median": statistics.median(each["median"] for each in quantities),
        "low": min(each["low"] for each in quantities),
        "high": max(each["high"] for each in quantities),
    }


def short(value):
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def spoken(quantity):
    return f"{short(quantity['median'])} [{short(quantity['low'])}, {short(quantity['high'])}]"


def cases(turns):
    """(model, precision, kind, context) and the pairs of composed and measured speeds, one a turn."""
    found = {}
    for turn in turns:
        for entry in turn["passes"]:
            key = (turn["model"], turn["precision"], entry["kind"], entry["context"])
            found.setdefault(key, []).append(entry)
    order = {"prefill": 0, "decode": 1}
    models = list(dict.fromkeys((turn["model"], turn["precision"]) for turn in turns))
    return sorted(
        found.items(), key=lambda item: (models.index(item[0][:2]), order[item[0][2]], item[0][3]))


def predictions(turns):
    """The Markdown lines of the table of predictions, and the ratios that they have."""
    lines = [
        "| model | precision | pass | context | predicted, tokens/s | measured, tokens/s "
        "| predicted / measured | turns from – to |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    ratios = []
    for (model, precision, kind, context), entries in cases(turns):
        own = [each["predicted"]["median"] / each["measured"]["median"] for each in entries]
        ratio = statistics.median(own)
        ratios.append(ratio)
        lines.append(
            f"| {model} | {precision} | {kind} | {context} "
            f"| {spoken(hull([each['predicted'] for each in entries]))} "
            f"| {spoken(hull([each['measured'] for each in entries]))} "
            f"| {ratio:.3f} | {min(own):.3f} – {max(own):.3f} |")
    within = sum(abs(ratio - 1) <= LIMIT for ratio in ratios)
    lines += ["", f"{within} of {len(ratios)} predictions are within {LIMIT:.0%} of what was measured."]
    return lines


def peers(documents, turns):
    """The Markdown lines of the table of other programs, Tenfold's own runs first."""
    contexts = sorted({entry["context"] for turn in turns for entry in turn["passes"]})
    contexts = contexts or sorted(
        {int(context) for each in documents for context in each.get("seconds", {})})
    columns = [(kind, context) for kind in ("prefill", "decode") for context in contexts]
    lines = [
        "| model | program | precision | "
        + " | ".join(f"{kind} {context}" for kind, context in columns) + " |",
        "|---|---|---|" + "---:|" * len(columns),
    ]
    measured = {key: hull([each["measured"] for each in own])["median"] for key, own in cases(turns)}
    for model in dict.fromkeys(each["model"] for each in documents):
        for precision in dict.fromkeys(key[1] for key in measured if key[0] == model):
            cells = [measured.get((model, precision, *column)) for column in columns]
            lines.append(row(model, "Tenfold", precision, cells))
        for each in (each for each in documents if each["model"] == model):
            seconds = each.get("seconds", {})
            cells = []
            for kind, context in columns:
                rounds = seconds.get(str(context), {}).get(kind)
                cells.append(speed(statistics.median(rounds), kind, context) if rounds else None)
            lines.append(row(model, each["program"], each["precision"], cells))
    versions = dict.fromkeys(
        ", ".join(filter(None, [each.get("version"), each.get("settings")])) for each in documents)
    lines += ["", "Tokens a second, medians. " + "; ".join(filter(None, versions)) + "."]
    lines += [
        f"{each['program']} {each['precision']} on {each['model']} has no figures: {each['failure']}."
        for each in documents if "failure" in each
    ]
    return lines


def row(model, program, precision, cells):
    values = [short(cell) if cell else "-" for cell in cells]
    return f"| {model} | {program} | {precision} | " + " | ".join(values) + " |"
