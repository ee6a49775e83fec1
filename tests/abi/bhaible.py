"""The signatures of libffi's own tests (testsuite/libffi.bhaible), written down anew.

Each is what a function returns and takes: letters for types, a number in front for so many of the next.
"""

import re

from batch import Aggregate, Batch, Field, Signature

SCALARS = {
    "v": "void", "c": "char", "C": "unsigned char", "S": "unsigned short", "i": "int", "I": "unsigned int",
    "l": "long", "L": "unsigned long", "q": "long long", "f": "float", "d": "double", "p": "void *",
    "s": "char *",
}
# By name: the types of the fields.
AGGREGATES = {
    "Char": ["char"], "Int": ["int"], "Float": ["float"], "Double": ["double"],
    "B": ["double", ["int", 3]],
    "J": 2 * ["long"], "K": 4 * ["long"], "N": 6 * ["long"],
    "T": [["char", 3]], "X": [["char", 33], "char"],
    **{f"Size{count}": count * ["char"] for count in (1, 2, 3, 4, 7, 8, 12, 15, 16)},
}
SIGNATURES = """
    v:  i:  i:i  i:2i  i:4i  i:8i  i:16i
    f:f  f:2f  f:4f  f:8f  f:16f  f:24f
    d:d  d:2d  d:4d  d:8d  d:16d
    p:2p,s,p
    C:C,S,I,L  d:2i,2d  d:3i,d,i  d:i,d,i,d  d:f,d,i  S:c,d,c,d  q:3i,q,i  q:f,q,i
    f:f,i  f:2f,i  f:3f,i  f:4f,i  f:7f,i  f:8f,i  f:12f,i  f:13f,i
    d:d,i  d:2d,i  d:3d,i  d:4d,i  d:7d,i  d:8d,i  d:12d,i  d:13d,i
    Size1:  Size2:  Size3:  Size4:  Size7:  Size8:  Size12:  Size15:  Size16:
    Int:3Int  Char:Char,d,Char  Float:Float,f,d  Double:f,Double,d  Double:Double,f,d
    J:J,i,J  T:T,c,T  X:B,c,d,B
    l:K,l  l:l,K,l  l:2l,K,l  l:3l,K,l  l:4l,K,l  l:5l,K,l  l:6l,K,l
    f:17f,3l,N  d:17d,3l,N
    q:2l,q,l  q:3l,q,l  q:4l,q,l  q:5l,q,l  q:6l,q,l  q:7l,q,l
    d:2l,d,l  d:3l,d,l  d:4l,d,l  d:5l,d,l  d:6l,d,l  d:7l,d,l
""".split()


def of(name):
    return SCALARS.get(name, name)


def signature(index, text):
    result, _, listed = text.partition(":")
    parameters = []
    for each in filter(None, listed.split(",")):
        count, name = re.fullmatch(r"(\d*)(.*)", each).groups()
        parameters += int(count or 1) * [of(name)]
    return Signature(f"f{index}", of(result), parameters)


def batch(platform):
    aggregates = [Aggregate(name, [Field(f"f{index}", each) for index, each in enumerate(types)])
                  for name, types in AGGREGATES.items()]
    return Batch(aggregates, [signature(index, text) for index, text in enumerate(SIGNATURES)], platform.name)
