"""The tables of scripts/predict: what was composed against what was measured, and other programs."""

import statistics

# A composition is held to this.
LIMIT = 0.10
# Memory is in one state where the most that it read is less than so many times the least: its own states were
# 1.5 times apart and more, and reads in one of them up to a tenth.
STEADY = 1.2


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


def is_steady(entry):
    """Whether memory read alike while a pass was composed and while it was measured, as far as it is known."""
    reads = []
    for side in ("predicted", "measured"):
        known = entry.get(f"{side}_read_bytes_per_second") or []
        # Earlier records have one figure where later ones have the least and the most.
        reads += known if isinstance(known, list) else [known]
    return not reads or max(reads) <= STEADY * min(reads)


def ratio(entry):
    return entry["predicted"]["median"] / entry["measured"]["median"]


def predictions(turns):
    """The Markdown lines of the table of predictions.

    A ratio is the median of the turns in which memory read alike for both, where there are any.
    """
    lines = [
        "| model | precision | pass | context | predicted, tokens/s | measured, tokens/s "
        "| predicted / measured | turns compared | all turns from – to |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    ratios = []
    for (model, precision, kind, context), entries in cases(turns):
        steady = [each for each in entries if is_steady(each)]
        own = [ratio(each) for each in entries]
        ratios.append(statistics.median(map(ratio, steady)) if steady else None)
        lines.append(
            f"| {model} | {precision} | {kind} | {context} "
            f"| {spoken(hull([each['predicted'] for each in steady or entries]))} "
            f"| {spoken(hull([each['measured'] for each in steady or entries]))} "
            f"| {'-' if ratios[-1] is None else f'{ratios[-1]:.3f}'} "
            f"| {len(steady)} of {len(entries)} | {min(own):.3f} – {max(own):.3f} |")
    found = [each for each in ratios if each is not None]
    within = sum(abs(each - 1) <= LIMIT for each in found)
    lines += [
        "", f"{within} of {len(found)} predictions are within {LIMIT:.0%} of what was measured."]
    if len(found) < len(ratios):
        lines.append(
            f"{len(ratios) - len(found)} could not be compared: in no turn did memory read alike, within "
            f"{STEADY - 1:.0%}, while it was composed and while it was measured. More --turns may.")
    if any(not is_steady(each) for _, entries in cases(turns) for each in entries):
        lines += ["", "Turns in which memory read otherwise for one than for the other are not compared."]
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
