# Speaks for python3-jwcrypto: one JSON request on standard input, the answer on standard output.
import json
import sys

from jwcrypto import jwe, jwk, jws

request = json.load(sys.stdin)
keys = [jwk.JWK(**key) for key in request["keys"]]
verb = request["verb"]
if verb == "encrypt":
    token = jwe.JWE(request["content"].encode(), json.dumps(request["protected"]))
    if "aad" in request:
        token.aad = request["aad"]
    for key, header in zip(keys, request.get("headers", [None])):
        token.add_recipient(key, json.dumps(header) if header else None)
    sys.stdout.write(token.serialize(request["compact"]))
elif verb == "decrypt":
    token = jwe.JWE()
    token.deserialize(request["text"], keys[0])
    sys.stdout.write(token.payload.decode())
elif verb == "sign":
    token = jws.JWS(request["content"].encode())
    for key in keys:
        token.add_signature(key, None, json.dumps(request["protected"]), None)
    sys.stdout.write(token.serialize(request["compact"]))
elif verb == "verify":
    token = jws.JWS()
    token.deserialize(request["text"])
    token.verify(keys[0])
    sys.stdout.write(token.payload.decode())
elif verb == "thumbprint":
    sys.stdout.write(keys[0].thumbprint())
else:
    sys.exit("unknown verb " + verb)
