"""Keys, signatures, ciphers and a TLS connection by oscrypto, which is OpenSSL's libcrypto and libssl."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

# oscrypto 1.3.0 takes one digit for the last part of OpenSSL's version, and Debian's is 3.0.1x.
search = re.search
VERSION = r"\b(\d\.\d\.\d[a-z]*)\b"
re.search = lambda pattern, *rest: search(
    VERSION.replace("d[", "d+[") if pattern == VERSION else pattern, *rest)
from oscrypto import asymmetric, backend, errors, kdf, keys, symmetric, tls, util

re.search = search
SCRATCH = Path(sys.argv[1])
DATA = b"Data to be signed, sealed and delivered."


def tried(action, *arguments):
    try:
        return action(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def ciphers():
    key, iv = bytes(range(16)), bytes(range(16, 32))
    for bits in 128, 192, 256:
        longer = bytes(range(bits // 8))
        _, sealed = symmetric.aes_cbc_pkcs7_encrypt(longer, DATA, iv)
        print("AES", bits, sealed.hex(), symmetric.aes_cbc_pkcs7_decrypt(longer, sealed, iv))
    _, sealed = symmetric.aes_cbc_no_padding_encrypt(key, DATA[:32], iv)
    print("no padding", sealed.hex(), symmetric.aes_cbc_no_padding_decrypt(key, sealed, iv))
    for size in 16, 24:
        _, sealed = symmetric.tripledes_cbc_pkcs5_encrypt(bytes(range(size)), DATA, iv[:8])
        print("3DES", sealed.hex(), symmetric.tripledes_cbc_pkcs5_decrypt(bytes(range(size)), sealed, iv[:8]))
    _, sealed = symmetric.aes_cbc_pkcs7_encrypt(key, DATA, None)
    print(len(sealed), len(symmetric.aes_cbc_pkcs7_encrypt(key, DATA, None)[0]))
    # What OpenSSL 3 has put away, and what is wrong.
    for action in symmetric.rc4_encrypt, symmetric.rc4_decrypt:
        print(action.__name__, tried(action, key, DATA))
    print(tried(symmetric.des_cbc_pkcs5_encrypt, key[:8], DATA, iv[:8]))
    print(tried(symmetric.aes_cbc_pkcs7_decrypt, key, DATA[:32], iv), tried(
        symmetric.aes_cbc_pkcs7_encrypt, key[:5], DATA, iv), tried(
        symmetric.aes_cbc_pkcs7_encrypt, "text", DATA, iv))


def derived():
    for name in "sha1", "sha256", "sha512":
        print(name, kdf.pbkdf2(name, b"password", b"salty salt", 1000, 40).hex(),
              kdf.pkcs12_kdf(name, b"password", b"salty salt", 1000, 24, 1).hex())
    print(kdf.pbkdf1("sha1", b"password", b"salty sa", 1000, 16).hex(),
          tried(kdf.pbkdf2, "md4", b"password", b"salt", 1, 1))
    print(len(util.rand_bytes(33)), util.constant_compare(b"same", b"same"),
          util.constant_compare(b"same", b"else"), tried(util.rand_bytes, 0))


def own_keys():
    """Keys of OpenSSL's program, since those that are made here are chance."""
    commands = {
        "rsa.pem": "openssl genrsa -out {0} 2048",
        "rsa.pub": "openssl pkey -in {1}/rsa.pem -pubout -out {0}",
        "rsa.crt": "openssl req -new -x509 -key {1}/rsa.pem -subj /CN=localhost -days 30 -out {0} "
                   "-addext subjectAltName=DNS:localhost,IP:127.0.0.1",
        "rsa.p12": "openssl pkcs12 -export -inkey {1}/rsa.pem -in {1}/rsa.crt -passout pass:word -out {0}",
        "locked.pem": "openssl pkcs8 -topk8 -in {1}/rsa.pem -passout pass:word -v2 aes256 -out {0}",
        "ec.pem": "openssl ecparam -name prime256v1 -genkey -noout -out {0}",
    }
    for name, command in commands.items():
        subprocess.run(command.format(SCRATCH / name, SCRATCH).split(), check=True, capture_output=True)
    rsa, public = asymmetric.load_private_key(str(SCRATCH / "rsa.pem")), asymmetric.load_public_key(
        str(SCRATCH / "rsa.pub"))
    certificate = asymmetric.load_certificate(str(SCRATCH / "rsa.crt"))
    print(rsa.algorithm, rsa.bit_size, rsa.byte_size, certificate.asn1.subject.native, certificate.self_signed)
    print(asymmetric.load_private_key(str(SCRATCH / "locked.pem"), "word").asn1.native == rsa.asn1.native,
          tried(asymmetric.load_private_key, str(SCRATCH / "locked.pem"), "wrong"))
    key, cert, others = keys.parse_pkcs12((SCRATCH / "rsa.p12").read_bytes(), b"word")
    print(key == rsa.asn1, cert.subject.native, others)
    own = subprocess.run(["openssl", "dgst", "-sha256", "-sign", SCRATCH / "rsa.pem"], input=DATA,
                         check=True, capture_output=True).stdout
    print("RSA", asymmetric.rsa_pkcs1v15_sign(rsa, DATA, "sha256") == own,
          asymmetric.rsa_pkcs1v15_verify(public, own, DATA, "sha256"),
          tried(asymmetric.rsa_pkcs1v15_verify, certificate, own, DATA + b"!", "sha256"))
    signed = asymmetric.rsa_pss_sign(rsa, DATA, "sha512")
    print("PSS", len(signed), asymmetric.rsa_pss_verify(certificate, signed, DATA, "sha512"),
          tried(asymmetric.rsa_pss_verify, public, signed[::-1], DATA, "sha512"))
    for seal, unseal in [(asymmetric.rsa_oaep_encrypt, asymmetric.rsa_oaep_decrypt),
                         (asymmetric.rsa_pkcs1v15_encrypt, asymmetric.rsa_pkcs1v15_decrypt)]:
        sealed = seal(public, DATA)
        print(seal.__name__, len(sealed), unseal(rsa, sealed), tried(seal, public, DATA * 10))
    curve = asymmetric.load_private_key(str(SCRATCH / "ec.pem"))
    signed = asymmetric.ecdsa_sign(curve, DATA, "sha256")
    print("ECDSA", curve.curve, curve.public_key.bit_size, asymmetric.ecdsa_verify(
        curve.public_key, signed, DATA, "sha256"), tried(
        asymmetric.ecdsa_verify, curve.public_key, signed, DATA + b"!", "sha256"))


def made_keys():
    for arguments in ("rsa", 1024), ("rsa", 2048), ("ec", None, "secp256r1"), ("ec", None, "secp521r1"):
        public, private = asymmetric.generate_pair(*arguments[:2], curve=(arguments + (None,))[2])
        sign, verify = ((asymmetric.rsa_pkcs1v15_sign, asymmetric.rsa_pkcs1v15_verify)
                        if arguments[0] == "rsa" else (asymmetric.ecdsa_sign, asymmetric.ecdsa_verify))
        again = asymmetric.load_private_key(asymmetric.dump_private_key(private, "phrase", target_ms=50), "phrase")
        pem = asymmetric.dump_public_key(public)
        print(arguments, public.algorithm, pem.splitlines()[0],
              verify(asymmetric.load_public_key(pem), sign(again, DATA, "sha256"), DATA, "sha256"))
    print(tried(asymmetric.generate_pair, "rsa", 999), tried(asymmetric.generate_pair, "ec", None, "curve"))


def connection():
    """TLS to OpenSSL's server, whose certificate is trusted because it is said to be."""
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", SCRATCH / "rsa.pem", "-cert",
         SCRATCH / "rsa.crt", "-rev", "-tls1_2"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        while not (found := search(r"ACCEPT .*:(\d+)", server.stdout.readline())):
            pass
        port = int(found[1])
        trusting = tls.TLSSession({"TLSv1.2"}, extra_trust_roots=[str(SCRATCH / "rsa.crt")])
        secure = tls.TLSSocket("localhost", port, session=trusting)
        print(secure.protocol, secure.hostname, secure.certificate.subject.native, secure.session_id,
              secure.cipher_suite)
        for text in b"stressed\n", bytes(range(65, 91)) * 400 + b"\n":
            secure.write(text)
            back = secure.read_until(re.compile(b"\n"))
            print(len(back), hashlib.sha256(back).hexdigest()[:16], back == text[-2::-1] + b"\n")
        secure.shutdown()
        secure.close()
        print(tried(tls.TLSSocket, "localhost", port))
    finally:
        server.kill()
        server.wait()


for part in ciphers, derived, own_keys, made_keys, connection:
    print(part.__name__)
    part()
print(backend(), errors.SignatureError.__mro__[1].__name__)
