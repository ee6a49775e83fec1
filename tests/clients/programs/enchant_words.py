"""Spells by pyenchant: a dictionary of Hunspell's and personal ones, through Enchant's callbacks."""

import gc
import os
import pickle
import sys
from pathlib import Path

# Where it keeps personal words; it is asked for when the library is loaded.
os.environ["ENCHANT_CONFIG_DIR"] = sys.argv[1]
import enchant
from enchant.checker import SpellChecker
from enchant.tokenize import EmailFilter, URLFilter, WikiWordFilter, get_tokenizer

SCRATCH = Path(sys.argv[1])
WORDS = ["hello", "helo", "colour", "color", "Wednesday", "wednesday", "naïve", "naive", "Ångström",
         "don't", "dont", "recieve", "definately", "xylofone", "\N{GREEK SMALL LETTER LAMDA}x", "3rd"]
TEXT = """Speling is hard, as http://exmple.org/abowt says; write to nobdy@exmple.org.
A WikiWerd is no mistak. The naïve studant recieved a lettre."""


def tried(action, *arguments):
    try:
        return action(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def broker():
    print(enchant.get_enchant_version(), enchant.get_user_config_dir() == os.environ["ENCHANT_CONFIG_DIR"])
    asked = enchant.Broker()
    print(sorted((each.name, each.desc, Path(each.file).name) for each in asked.describe()))
    print(sorted((tag, provider.name) for tag, provider in asked.list_dicts()))
    print([asked.dict_exists(tag) for tag in ("en_US", "en", "xx_YY")], enchant.list_languages())
    asked.set_ordering("en_US", "hunspell,aspell")
    print(tried(asked.request_dict, "xx_YY"), tried(asked.request_dict, "").tag)
    print(tried(asked.get_param, "enchant.myspell.dictionary.path"))
    first = asked.request_dict("en_US")
    print(first.tag, first.provider.name, first.provider.desc)
    del asked
    gc.collect()
    print(first.check("broker"), pickle.loads(pickle.dumps(first)).check("brokr"))


def words(dictionary):
    for word in WORDS:
        print(word, dictionary.check(word), dictionary.suggest(word)[:6])
    for wrong in "", b"bytes", None, 3:
        print(repr(wrong), tried(dictionary.check, wrong), tried(dictionary.suggest, wrong))


def changed(dictionary):
    def states(word):
        return dictionary.check(word), dictionary.is_added(word), dictionary.is_removed(word)

    for word in "frobnicate", "zwölf", "日本":
        print(word, states(word), end=" ")
        dictionary.add_to_session(word)
        print(states(word), end=" ")
        dictionary.remove_from_session(word)
        print(states(word), end=" ")
        dictionary.add(word)
        print(states(word), end=" ")
        dictionary.remove(word)
        print(states(word))
    dictionary.remove("hello")
    print("hello", states("hello"))
    dictionary.store_replacement("helo", "halo")
    print(dictionary.suggest("helo")[:2])


def personal():
    path = SCRATCH / "words.txt"
    path.write_text("Möwe\nlighthouse\n", encoding="utf-8")
    for kind in enchant.request_pwl_dict, enchant.DictWithPWL, enchant.PyPWL:
        arguments = ("en_US", str(path)) if kind is enchant.DictWithPWL else (str(path),)
        dictionary = kind(*arguments)
        print(kind.__name__, [dictionary.check(word) for word in ("Möwe", "lighthouse", "light")],
              dictionary.suggest("lighthuse")[:3])
        (dictionary.add_to_pwl if kind is enchant.DictWithPWL else dictionary.add)(kind.__name__)
    print(path.read_text(encoding="utf-8").split())


def checked():
    checker = SpellChecker("en_US", filters=[EmailFilter, URLFilter, WikiWordFilter])
    checker.set_text(TEXT)
    for mistake in checker:
        ahead, behind = checker.leading_context(5), checker.trailing_context(5)
        print(mistake.word, mistake.wordpos, repr(ahead), repr(behind), mistake.suggest()[:3])
        if mistake.word == "lettre":
            mistake.replace("letter")
        elif mistake.word == "mistak":
            mistake.replace_always("mistake")
    print(checker.get_text())
    print(list(get_tokenizer("en_US")("it's a naïve test")))


broker()
words(enchant.Dict("en_US"))
changed(enchant.Dict("en_US"))
personal()
checked()
# What was removed stays so, by a file that each new dictionary reads.
print([enchant.Dict("en_US").check("hello") for _ in range(10)])
