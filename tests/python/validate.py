"""Says of JSON files whether they keep a JSON Schema: a line for each, `ok` or what is wrong.

    validate.py SCHEMA FILE...
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

schema, *instances = [json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]]
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for instance in instances:
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]
    print(" ".join("; ".join(errors).split()) or "ok")
