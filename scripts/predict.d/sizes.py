"""The sizes of a whole model, from the configuration that Tenfold's catalogue has of it."""

import json
import pathlib

CATALOGUE = (
    pathlib.Path(__file__).resolve().parents[2] / "Sources" / "ModelSpec" / "Data" / "catalogue.json"
)
# Where the catalogue leaves out what changes no size: transformers' defaults of both families.
CONTEXT, EPSILON, ROTARY_BASE = 4096, 1e-5, 10000.0


def configuration(model):
    """`config` of a catalogue entry; a KeyError for a name that is not there."""
    entries = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}[model]["config"]


def experts(config):
    """How many experts a layer has."""
    return config.get("num_local_experts") or config["num_experts"]
