"""Settings of the service that work, and that are not safe."""

import ipaddress
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from paceline.doctor.check import Check, Grade
from paceline.environment import BadSetting, given, mail_server
from paceline.single_sign_on import files_named

# Files that the environment names, with secrets in them.
SECRET_FILES = (*(f"{name}_FILE" for name in ("PACELINE_MAIL_URL", "PACELINE_SECRET_KEY")), "PACELINE_SSO_FILE")
# As long as a key that Django makes: shorter ones can be guessed from what they signed.
KEY_CHARACTERS_MIN = 50
KEY_DIFFERENT_CHARACTERS_MIN = 5
# What is wider than a private network is no proxy of one's own: 10.0.0.0/8, fc00::/7.
PREFIX_BITS_MIN = {4: 8, 6: 7}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
OWN_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def examine_service(hosts: list[str], secret_key: str) -> Iterator[Check]:
    """Who can listen in, whom the service believes, and what its secrets are worth. Reads the environment."""
    yield _transport(hosts)
    yield _hosts(hosts)
    yield _proxies(os.environ.get("PACELINE_PROXIES", ""))
    yield _secret_key(secret_key)
    yield _secret_files()
    yield _mail()


def _mail() -> Check:
    try:
        server = mail_server(given("PACELINE_MAIL_URL"))
    except BadSetting as error:
        return Check("mail", Grade.WARN, error.message)
    if not server["EMAIL_HOST"]:
        return Check("mail", Grade.OK, "No mail is sent: links are shown to who asks for them.")
    is_in_clear = not server["EMAIL_USE_TLS"] and not server["EMAIL_USE_SSL"]
    if is_in_clear and server["EMAIL_HOST"] not in LOOPBACK:
        message = (
            "PACELINE_MAIL_URL sends mails to another machine in the clear: whoever listens sets passwords by the links"
            " in them. Make it smtps:// or smtp://."
        )
        return Check("mail", Grade.WARN, message)
    return Check("mail", Grade.OK, "Mails go by TLS, or stay on this machine.")


def _transport(hosts: list[str]) -> Check:
    if os.environ.get("PACELINE_PLAIN_HTTP") == "1":
        message = (
            "PACELINE_PLAIN_HTTP is 1: whoever shares the network can read passwords and tokens. Put a proxy with TLS"
            " before the service, set PACELINE_TLS=1, and take it away."
        )
        return Check("transport", Grade.WARN, message)
    if os.environ.get("PACELINE_TLS") == "1":
        return Check("transport", Grade.OK, "Browsers and programs come by TLS.")
    if set(hosts) - OWN_MACHINE:
        message = "PACELINE_HOSTS names more than this machine: put a proxy with TLS before it, and set PACELINE_TLS=1."
        return Check("transport", Grade.WARN, message)
    return Check("transport", Grade.OK, "The service answers this machine only.")


def _hosts(hosts: list[str]) -> Check:
    if "*" in hosts:
        message = "PACELINE_HOSTS is *: a forged Host header is believed, in mails too. Name the hosts."
        return Check("hosts", Grade.WARN, message)
    return Check("hosts", Grade.OK, f"The service answers to {', '.join(hosts)}.")


def _proxies(named: str) -> Check:
    listed = [each.strip() for each in named.split(",") if each.strip()]
    if not listed:
        if os.environ.get("PACELINE_TLS") != "1":
            return Check("proxies", Grade.OK, "No proxy is believed.")
        message = (
            "There is a proxy, and PACELINE_PROXIES does not name it: everybody seems to come from its address, in the"
            " audit trail and where guesses and strangers are slowed down. Set it to the proxy's address."
        )
        return Check("proxies", Grade.WARN, message)
    wide = [each for each in listed if _is_wide(each)]
    if wide:
        message = f"PACELINE_PROXIES believes whoever comes from {', '.join(wide)}. Name your proxies alone."
        return Check("proxies", Grade.WARN, message)
    return Check("proxies", Grade.OK, f"What {', '.join(listed)} says of who asks is believed.")


def _is_wide(proxy: str) -> bool:
    """Whether it names more than proxies could be, as `*` does; what is no address is a name of a socket."""
    if proxy == "*":
        return True
    try:
        network = ipaddress.ip_network(proxy, strict=False)
    except ValueError:
        return False
    return network.prefixlen < PREFIX_BITS_MIN[network.version]


def _secret_key(key: str) -> Check:
    if len(key) < KEY_CHARACTERS_MIN or len(set(key)) < KEY_DIFFERENT_CHARACTERS_MIN:
        message = (
            f"PACELINE_SECRET_KEY can be guessed: give {KEY_CHARACTERS_MIN} random characters or more. Whoever is"
            " signed in signs in again, and sets up second factors anew."
        )
        return Check("secret_key", Grade.WARN, message)
    return Check("secret_key", Grade.OK, "The secret key is long enough.")


def _secret_files() -> Check:
    named = [Path(os.environ[name]) for name in SECRET_FILES if os.environ.get(name)]
    named += [Path(each) for each in files_named()]
    open_ones = [str(path) for path in named if path.exists() and path.stat().st_mode & stat.S_IROTH]
    if open_ones:
        return Check("secret_files", Grade.WARN, f"Everybody may read secrets. Run: chmod o-rwx {' '.join(open_ones)}")
    return Check("secret_files", Grade.OK, "Not everybody reads the files of secrets.")
