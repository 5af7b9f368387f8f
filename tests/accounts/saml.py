"""A provider of SAML 2.0: it reads what it is asked by, and answers with an assertion that it signs."""

import base64
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml.etree import fromstring
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ENTITY, SIGN_IN = "https://login.company.example/saml", "https://login.company.example/saml/sign-in"
_RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r{id}" Version="2.0" IssueInstant="{now}"
 Destination="{acs}" InResponseTo="{asked}"><saml:Issuer>{entity}</saml:Issuer><samlp:Status><samlp:StatusCode
 Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{assertion}</samlp:Response>"""
_ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a{id}" Version="2.0"
 IssueInstant="{now}"><saml:Issuer>{entity}</saml:Issuer><saml:Subject>
 <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{name_id}</saml:NameID>
 <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 NotOnOrAfter="{until}" Recipient="{acs}" InResponseTo="{asked}"/></saml:SubjectConfirmation></saml:Subject>
 <saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}
 </saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{now}"
 SessionIndex="_s{id}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password
 </saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
 <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@dataclass
class SamlProvider:
    """It says of everybody what `attributes` say; `key` can be another than the certificate's."""

    attributes: dict[str, list[str]]
    name_id: str = "17"
    is_signed: bool = True
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    # What of an answer is said otherwise than it should be.
    wrong: dict[str, str] = field(default_factory=dict)
    certificate: str = field(init=False)

    def __post_init__(self) -> None:
        name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "login")]), datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        self.certificate = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def answer(self, address: str) -> tuple[str, str]:
        """Where a browser that was sent to `address` posts what."""
        query = parse_qs(urlsplit(address).query)
        request = fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
        acs, now = request.get("AssertionConsumerServiceURL", ""), datetime.now(UTC)
        issuer = request.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer") or ""
        said = {
            "id": uuid4().hex,
            "now": _written(now),
            "since": _written(now - timedelta(minutes=1)),
            "until": _written(now + timedelta(minutes=1)),
            "acs": acs,
            "asked": request.get("ID", ""),
            "audience": issuer,
            "entity": ENTITY,
            "name_id": self.name_id,
            "attributes": "".join(map(_attribute, self.attributes.items())),
            **self.wrong,
        }
        assertion = _ASSERTION.format(**said).replace("\n </", "</")
        if self.is_signed:
            assertion = self._signed(assertion)
        text = _RESPONSE.format(**said, assertion=assertion)
        return urlsplit(acs).path, base64.b64encode(text.encode()).decode()

    def _signed(self, text: str) -> str:
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made: Any = OneLogin_Saml2_Utils.add_sign(text, key.decode(), self.certificate)
        return made.decode()


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _attribute(named: tuple[str, list[str]]) -> str:
    values = "".join(f"<saml:AttributeValue>{each}</saml:AttributeValue>" for each in named[1])
    return f'<saml:Attribute Name="{named[0]}">{values}</saml:Attribute>'
