# Speaks for python3-jwcrypto: a list of JSON requests on standard input, the list of answers on standard output.
import json
import sys

from jwcrypto import jwe, jwk, jws


def encrypt(request, keys):
    token = jwe.JWE(request["content"].encode(), json.dumps(request["protected"]))
    if "aad" in request:
        token.aad = request["aad"]
    for key, header in zip(keys, request.get("headers", [None])):
        token.add_recipient(key, json.dumps(header) if header else None)
    return token.serialize(request["compact"])


def decrypt(request, keys):
    token = jwe.JWE()
    token.deserialize(request["text"], keys[0])
    return token.payload.decode()


def sign(request, keys):
    token = jws.JWS(request["content"].encode())
    for key in keys:
        token.add_signature(key, None, json.dumps(request["protected"]), None)
    return token.serialize(request["compact"])


def verify(request, keys):
    token = jws.JWS()
    token.deserialize(request["text"])
    token.verify(keys[0])
    return token.payload.decode()


def thumbprint(request, keys):
    return keys[0].thumbprint()


verbs = {verb.__name__: verb for verb in (encrypt, decrypt, sign, verify, thumbprint)}
answers = []
for request in json.load(sys.stdin):
    keys = [jwk.JWK(**key) for key in request["keys"]]
    answers.append(verbs[request["verb"]](request, keys))
json.dump(answers, sys.stdout)
