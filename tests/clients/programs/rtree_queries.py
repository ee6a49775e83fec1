"""Spatial indexes by Rtree: in memory, in files, made of streams, in pages that Python keeps, moving."""

import gc
import itertools
import pickle
import random
import sys
from pathlib import Path

import rtree
from rtree import index

SCRATCH = Path(sys.argv[1])
chance = random.Random(14)


def tried(action, *arguments, **options):
    try:
        return action(*arguments, **options)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def boxes(number, dimension=2):
    for identifier in range(number):
        low = [chance.uniform(0, 100) for _ in range(dimension)]
        yield identifier, (*low, *(edge + chance.uniform(0, 5) for edge in low))


def meets(box, other):
    half = len(box) // 2
    return all(box[axis] <= other[axis + half] and other[axis] <= box[axis + half]
               for axis in range(half))


def in_memory():
    known, tree = dict(boxes(1000)), index.Index()
    for identifier, box in known.items():
        tree.insert(identifier, box, obj={"name": f"box {identifier}", "box": box})
    print(tree.get_size(), tree.get_bounds(), len(tree.leaves()), tree.valid())
    for query in [(10, 10, 20, 20), (0, 0, 100, 100), (50, 50, 50, 50), (200, 200, 300, 300)]:
        found = sorted(tree.intersection(query))
        brute = sorted(number for number, box in known.items() if meets(box, query))
        print(query, len(found), found == brute, tree.count(query), len(list(tree.contains(query))))
    for item in sorted(tree.nearest((50, 50), 3, objects=True), key=lambda item: item.id):
        print(item.id, item.bbox, item.bounds, item.object["name"])
    print([found["name"] for found in tree.nearest((0, 0, 1, 1), 2, objects="raw")])
    for identifier in range(0, 1000, 2):
        tree.delete(identifier, known[identifier])
    print(tree.get_size(), len(tree), len(list(tree.intersection(tree.bounds))))
    tree.result_limit, tree.result_offset = 4, 2
    print(len(list(tree.intersection((0, 0, 100, 100)))))
    copy = pickle.loads(pickle.dumps(tree.properties))
    print(copy.as_dict() == tree.properties.as_dict(), repr(copy) == repr(tree.properties))
    print(tried(tree.insert, 1, (1, 1, 0, 0)), tried(tree.insert, 1, (1, 2, 3)),
          tried(tree.intersection, "abcd"), tried(tree.nearest, (1, 2, 3)))


def properties():
    for settings in [{"dimension": 3, "variant": index.RT_Star, "leaf_capacity": 20},
                     {"dimension": 5, "variant": index.RT_Linear, "fill_factor": 0.4},
                     {"index_capacity": 7, "variant": index.RT_Quadratic, "fill_factor": 0.3, "tight_mbr": False,
                      "near_minimum_overlap_factor": 5}]:
        setting = index.Property(**settings)
        dimension = setting.dimension
        tree = index.Index(((identifier, box, None) for identifier, box in boxes(200, dimension)),
                           properties=setting)
        low, high = [20] * dimension, [60] * dimension
        print(settings, sorted(tree.intersection(low + high)), tree.interleaved)
        print(sorted(setting.as_dict().items()))
    print(tried(index.Property, dimension=-1), tried(index.Property, variant=99))
    plain = index.Index(interleaved=False)
    plain.insert(0, [0, 1, 2, 3], obj=object)
    print(plain.bounds, plain.interleave([0, 1, 2, 3]), plain.deinterleave([0, 1, 2, 3]),
          [item.object for item in plain.intersection([0, 0, 2, 2], objects=True)])


def in_files():
    name = str(SCRATCH / "tree")
    with_files = index.Index(name, pagesize=4096)
    for identifier, box in boxes(500):
        with_files.insert(identifier, box, obj=str(identifier))
    bounds = with_files.bounds
    with_files.close()
    print(sorted(path.name for path in SCRATCH.iterdir()))
    again = index.Index(name)
    print(again.bounds == bounds, len(again), sorted(
        item.object for item in again.intersection((40, 40, 50, 50), objects=True)))
    again.close()
    print(tried(index.Index, "/nowhere/tree"))


def of_streams():
    def failing():
        yield 1, (0, 0, 1, 1), None
        raise KeyError("of the stream")

    tree = index.Index((identifier, box, identifier * 2) for identifier, box in boxes(3000))
    print(len(tree), sum(item.object for item in tree.intersection((30, 30, 40, 40), objects=True)))
    print(tried(index.Index, failing()), tried(index.Index, iter([])), tried(index.Index, [(1, 2)]))


class Pages(index.CustomStorage):
    """Pages in a dictionary."""

    def __init__(self):
        super().__init__()
        self.pages, self.calls, self.numbers = {}, {}, itertools.count()

    def called(self, name):
        self.calls[name] = self.calls.get(name, 0) + 1

    @property
    def hasData(self):
        return bool(self.pages)

    def clear(self):
        self.pages.clear()

    def create(self, error):
        self.called("create")

    def destroy(self, error):
        self.called("destroy")

    def flush(self, error):
        self.called("flush")

    def loadByteArray(self, page, error):
        self.called("load")
        if page not in self.pages:
            error.contents.value = self.InvalidPageError
            return b""
        return self.pages[page]

    def storeByteArray(self, page, data, error):
        self.called("store")
        if page == self.NewPage:
            page = next(self.numbers)
        self.pages[page] = data
        return page

    def deleteByteArray(self, page, error):
        self.called("delete")
        if self.pages.pop(page, None) is None:
            error.contents.value = self.InvalidPageError


def in_pages_of_python():
    pages, settings = Pages(), {"writethrough": True, "buffering_capacity": 1, "leaf_capacity": 8,
                                "index_capacity": 8, "near_minimum_overlap_factor": 4}
    tree = index.Index(pages, properties=index.Property(**settings))
    known = dict(boxes(200))
    for identifier, box in known.items():
        tree.insert(identifier, box, obj=identifier)
    for identifier in range(100):
        tree.delete(identifier, known[identifier])
    gc.collect()
    print(sorted(tree.intersection((0, 0, 40, 40))) == sorted(
        number for number, box in known.items() if number >= 100 and meets(box, (0, 0, 40, 40))))
    tree.close()
    print(len(pages.pages), pages.calls, sum(map(len, pages.pages.values())))
    again = index.Index(pages, properties=index.Property(**settings))
    print(len(list(again.intersection((0, 0, 110, 110)))), len(again))
    again.close()


def moving():
    tree = index.Index(properties=index.Property(type=index.RT_TPRTree, tpr_horizon=20.0))
    for identifier in range(50):
        at = (identifier, identifier, identifier + 1, identifier + 1)
        tree.insert(identifier, (at, (1, 0.5, 1, 0.5), 0.0))
    for time in 1.0, 10.0:
        print(time, sorted(tree.intersection(((10, 10, 20, 20), (0, 0, 0, 0), [time, time + 1]))))
    tree.delete(3, ((3, 3, 4, 4), (1, 0.5, 1, 0.5), [0.0, 1.0]))
    print(len(list(tree.intersection(((0, 0, 90, 90), (0, 0, 0, 0), [1.0, 2.0])))))


print(rtree.__version__, index.core.rt.SIDX_Version())
for part in in_memory, properties, in_files, of_streams, in_pages_of_python, moving:
    print(part.__name__)
    part()
containers = index.RtreeContainer()
for _, box in boxes(20):
    containers.insert(box, box)
print(len(containers), sorted(containers.intersection((0, 0, 50, 50)))[:3], box in containers)
