"""Encrypt every payload with Fernet; a workflow whose applicant nobody can read of."""

import os

from cryptography.fernet import Fernet, MultiFernet

from flowy import Activity, ActivityProxy, Workflow, activity, workflow


class FernetCodec:
    """Encrypts with the first key, and decrypts with any of them."""

    name = "fernet"

    def __init__(self, keys, secret):
        self.secret = secret
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encode(self, data):
        return self._fernet.encrypt(data)

    def decode(self, data):
        return self._fernet.decrypt(data)


def codec():
    """Make the codec of the environment: FLOWY_PAYLOADS_CODEC names this function."""
    return FernetCodec(os.environ["VAULT_KEYS"].split(","), os.environ["VAULT_SECRET"].encode())


@activity("score", 1, "loans")
class Score(Activity):
    def run(self, application):
        if application["income"] < 0:
            raise ValueError(f"{application['name']} owes {-application['income']}")
        return {"name": application["name"], "points": application["income"] // 100}


@activity("letter", 1, "loans")
class Letter(Activity):
    def run(self, scored):
        decision = "yes" if scored["points"] > 40 else "no"
        return f"Dear {scored['name']}: {decision}. " + "The small print. " * 3_000


@workflow("loan", 1, "loans")
class Loan(Workflow):
    score = ActivityProxy("score", 1)
    letter = ActivityProxy("letter", 1)

    def run(self, application):
        return self.letter(self.score(application))
