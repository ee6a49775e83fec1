"""Ciphers, hashes, derived keys, RSA and elliptic curves by pycryptodome: the bytes of each."""

from Crypto.Cipher import AES, DES3, PKCS1_OAEP, Blowfish, ChaCha20_Poly1305, Salsa20
from Crypto.Hash import (BLAKE2b, BLAKE2s, CMAC, HMAC, KMAC128, MD5, RIPEMD160, SHA1, SHA3_256, SHA256,
                         SHA512, SHAKE256, Poly1305, cSHAKE128, keccak)
from Crypto.Math.Numbers import Integer
from Crypto.Protocol.DH import key_agreement
from Crypto.Protocol.KDF import HKDF, PBKDF2, bcrypt, scrypt
from Crypto.Protocol.SecretSharing import Shamir
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, eddsa, pkcs1_15, pss
from Crypto.Util import number, strxor
from Crypto.Util.Padding import pad, unpad

KEY, NONCE = bytes(range(32)), bytes(range(16))
TEXT = "The quick brown fox jumps over thirteen lazy dogs — ".encode() * 5


def tried(action, *arguments, **options):
    try:
        return action(*arguments, **options)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Chance:
    """The same bytes by every run."""

    def __init__(self, seed):
        self.stream = SHAKE256.new(seed)

    def __call__(self, size):
        return self.stream.read(size)


def ciphers():
    whole = pad(TEXT, 16)
    for mode, options in [("ECB", {}), ("CBC", {"iv": NONCE}), ("CFB", {"iv": NONCE, "segment_size": 8}),
                          ("OFB", {"iv": NONCE}), ("CTR", {"nonce": NONCE[:8]}),
                          ("OPENPGP", {"iv": NONCE})]:
        for size in 16, 24, 32:
            sealed = AES.new(KEY[:size], getattr(AES, f"MODE_{mode}"), **options).encrypt(whole)
            print(mode, size, SHA256.new(sealed).hexdigest()[:16])
        if mode != "OPENPGP":
            back = AES.new(KEY[:size], getattr(AES, f"MODE_{mode}"), **options).decrypt(sealed)
            print(unpad(back, 16) == TEXT)
    for mode, nonce in [("GCM", 12), ("EAX", 16), ("CCM", 11), ("OCB", 15), ("SIV", 16)]:
        options = {"nonce": NONCE[:nonce]}
        sealer = AES.new(KEY, getattr(AES, f"MODE_{mode}"), **options)
        sealer.update(b"beside")
        sealed, tag = sealer.encrypt_and_digest(TEXT)
        opener = AES.new(KEY, getattr(AES, f"MODE_{mode}"), **options)
        opener.update(b"beside")
        print(mode, SHA1.new(sealed).hexdigest(), tag.hex(), opener.decrypt_and_verify(sealed, tag) == TEXT)
        opener = AES.new(KEY, getattr(AES, f"MODE_{mode}"), **options)
        print(tried(opener.decrypt_and_verify, sealed, tag))
    stream = ChaCha20_Poly1305.new(key=KEY, nonce=NONCE[:12])
    print(stream.encrypt_and_digest(TEXT[:20]), Salsa20.new(KEY, NONCE[:8]).encrypt(b"salsa").hex())
    print(DES3.new(KEY[:24], DES3.MODE_CBC, NONCE[:8]).encrypt(pad(b"three", 8)).hex(),
          Blowfish.new(KEY, Blowfish.MODE_CTR, nonce=NONCE[:4]).encrypt(b"fish").hex())


def buffers():
    """What can be read and written, besides `bytes`."""
    data = bytearray(TEXT[:32])
    for readable in data, memoryview(data), memoryview(bytes(data)), memoryview(bytearray(64))[16:48]:
        print(type(readable).__name__, AES.new(KEY, AES.MODE_ECB).encrypt(readable).hex()[:20])
    target = bytearray(32)
    print(AES.new(KEY, AES.MODE_ECB).encrypt(data, output=target), target.hex()[:20])
    print(AES.new(KEY, AES.MODE_ECB).decrypt(target, output=memoryview(target)), target == data)
    print(strxor.strxor(b"abcd", bytearray(b"ABCD")), strxor.strxor_c(memoryview(b"abcd"), 32))
    for wrong in ["text", None, 5, [1, 2], memoryview(bytes(64))[::2]]:
        print(type(wrong).__name__, tried(AES.new(KEY, AES.MODE_ECB).encrypt, wrong))
    print(tried(AES.new(KEY, AES.MODE_ECB).encrypt, b"odd"), tried(AES.new, b"short", AES.MODE_ECB),
          tried(AES.new(KEY, AES.MODE_ECB).encrypt, data, output=bytearray(3)),
          tried(AES.new(KEY, AES.MODE_ECB).encrypt, data, output=bytes(32)))


def hashes():
    for kind in MD5, SHA1, SHA256, SHA512, SHA3_256, RIPEMD160, BLAKE2b, BLAKE2s:
        state = kind.new(data=TEXT)
        copy = state.copy() if hasattr(state, "copy") else state
        copy.update(b"more")
        print(kind.__name__, kind.new(data=TEXT).hexdigest(), copy.hexdigest()[:16])
    print(SHAKE256.new(TEXT).read(20).hex(), cSHAKE128.new(TEXT, custom=b"mine").read(20).hex(),
          keccak.new(digest_bits=256, data=TEXT).hexdigest())
    print(HMAC.new(KEY, TEXT, SHA256).hexdigest(), CMAC.new(KEY, TEXT, AES).hexdigest(),
          KMAC128.new(key=KEY, data=TEXT, mac_len=16).hexdigest(),
          Poly1305.new(key=KEY, cipher=AES, nonce=NONCE, data=TEXT).hexdigest())
    print(tried(HMAC.new(KEY, TEXT, SHA256).hexverify, "00" * 32), HMAC.new(KEY, TEXT).verify(
        HMAC.new(KEY, TEXT).digest()))
    print(PBKDF2("password", NONCE, 24, 500).hex(), scrypt("password", NONCE, 24, 256, 8, 1).hex(),
          HKDF(KEY, 24, NONCE, SHA512).hex(), bcrypt("password", 4, NONCE))


def rsa():
    key = RSA.generate(1024, randfunc=Chance(b"rsa"))
    print(key.n, key.e, key.has_private(), key.public_key().export_key()[:60])
    again = RSA.import_key(key.export_key(passphrase="word", pkcs=8, protection="scryptAndAES128-CBC",
                                          randfunc=Chance(b"export")), "word")
    print(again == key, tried(RSA.import_key, key.export_key(passphrase="word"), "wrong"))
    signed = pkcs1_15.new(key).sign(SHA256.new(TEXT))
    print(signed.hex(), pkcs1_15.new(key.public_key()).verify(SHA256.new(TEXT), signed),
          tried(pkcs1_15.new(key).verify, SHA256.new(b"else"), signed))
    signed = pss.new(key, rand_func=Chance(b"pss")).sign(SHA1.new(TEXT))
    print(signed.hex()[:32], pss.new(key).verify(SHA1.new(TEXT), signed))
    sealed = PKCS1_OAEP.new(key, randfunc=Chance(b"oaep")).encrypt(b"secret")
    print(sealed.hex()[:32], PKCS1_OAEP.new(key).decrypt(sealed))


def curves():
    for name in "p192", "p256", "p384", "p521", "secp256k1":
        key = ECC.construct(curve=name, d=0x1234567890ABCDEF1234567890ABCDEF)
        point = key.pointQ * 7 + key.pointQ
        print(name, key.pointQ.x, point.x, point == key.pointQ * 8,
              (-point + point).is_point_at_infinity())
        if name != "secp256k1":
            signed = DSS.new(key, "deterministic-rfc6979").sign(SHA512.new(TEXT))
            print(signed.hex(), DSS.new(key.public_key(), "fips-186-3").verify(SHA512.new(TEXT), signed))
        print(ECC.import_key(key.export_key(format="DER")) == key, key.public_key().export_key(format="PEM")[:70])
    for name, size in ("ed25519", 32), ("ed448", 57):
        key = ECC.construct(curve=name, seed=(KEY * 2)[:size])
        signed = eddsa.new(key, "rfc8032").sign(TEXT)
        print(name, signed.hex()[:40], eddsa.new(key.public_key(), "rfc8032").verify(TEXT, signed),
              tried(eddsa.new(key, "rfc8032").verify, TEXT + b"!", signed))
    for name, size in ("curve25519", 32), ("curve448", 56):
        one, other = (ECC.construct(curve=name, seed=(seed * 2)[:size]) for seed in (KEY, KEY[::-1]))
        print(name, *{key_agreement(static_priv=mine, static_pub=theirs.public_key(),
                                    kdf=lambda secret: SHA256.new(secret).hexdigest())
                      for mine, theirs in ((one, other), (other, one))})
    print(tried(ECC.construct, curve="p256", point_x=1, point_y=2), tried(ECC.construct, curve="p999", d=1))


def numbers():
    big = Integer(3) ** 500
    print(type(big).__module__, pow(big, 65537, 10 ** 60 + 7), big.inverse(10 ** 60 + 7), big.gcd(3 ** 40),
          big.size_in_bits(), Integer.jacobi_symbol(7, 101), Integer(144).sqrt(), big >> 700, big % 1000)
    print(number.getPrime(128, Chance(b"prime")), number.isPrime(2 ** 127 - 1), number.inverse(3, 11),
          number.bytes_to_long(KEY), number.long_to_bytes(10 ** 20))
    shares = Shamir.split(2, 4, KEY[:16])
    print(Shamir.combine([shares[3], shares[1]]) == KEY[:16])


for part in ciphers, buffers, hashes, rsa, curves, numbers:
    print(part.__name__)
    part()
