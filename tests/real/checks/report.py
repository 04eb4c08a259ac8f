"""What a script of checks says: one line for each check, `ok` or `FAILED`."""

import time


def check(name, test, *arguments):
    try:
        test(*arguments)
    except Exception as error:  # each check reports for itself
        print(f"FAILED  {name}: {type(error).__name__} {str(error)[:1200]}", flush=True)
        return False
    print(f"ok      {name}", flush=True)
    return True


def eventually(test, *arguments, seconds=20):
    """Tries until a test holds: servers need a moment until what they took can be read."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return test(*arguments)
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def same(seen, wanted, what):
    """Compares two dictionaries of what was seen and what was wanted, by key, and says where they part."""
    missing, more = wanted.keys() - seen.keys(), seen.keys() - wanted.keys()
    assert not missing and not more, f"{what}: missing {sorted(missing)[:3]}, more {sorted(more)[:3]}"
    for key, value in wanted.items():
        if isinstance(value, dict) and isinstance(seen[key], dict):
            same(seen[key], value, f"{what} {key}")
        else:
            assert seen[key] == value, f"{what} {key}: seen {seen[key]!r}, wanted {value!r}"
