#!/usr/bin/env python3
"""Checks a log from its files alone, with nothing of Bartizan: Python's standard library and the formats as published.

    verify.py DIR [--key VKEY] [--older CHECKPOINT] [--proof FILE]... [--every N] [--archive FILE]...

DIR is a log's directory (C2SP tlog-tiles). Checked are
 - the checkpoint's signature (signed-note, Ed25519 by the maths of RFC 8032),
 - that the tiles' hashes lead to the signed root,
 - every Nth entry (all): its bytes from the bundle, its hash in the tile, an inclusion proof made from the tiles (RFC 6962),
 - consistency with an older checkpoint, by a proof made from the tiles (RFC 9162),
 - proof files (tlog-proof), against the key alone,
 - of a pruned log: that the entry which the file `minimum` names, included in the tree, records exactly that,
 - archives of pruned entries, against the key alone, and that the log's record names the file when it is of that range.
Exit code 0: all holds; 1: something does not, and says what. Written to be read, not to be fast.
"""

import argparse
import base64
import gzip
import hashlib
import os
import re
import sys
import tarfile

# --- Ed25519, RFC 8032 section 6 -------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = add(q, p)
        p = add(p, p)
        s >>= 1
    return q


def equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


G_Y = 4 * pow(5, P - 2, P) % P
G_X = recover_x(G_Y, 0)
G = (G_X, G_Y, 1, G_X * G_Y % P)


def ed25519_verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return equal(multiply(s, G), add(r, multiply(h, a)))


# --- the tree, RFC 6962 section 2.1 and RFC 9162 section 2.1 ----------------------------------------------------------


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def inclusion_root(index, size, leaf, proof):
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        raise Wrong("index %d is not in a tree of %d" % (index, size))
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise Wrong("an inclusion proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Wrong("an inclusion proof is too short")
    return r


def consistency_roots(first, second, first_root, proof):
    """RFC 9162 section 2.1.4.2: the roots of both trees, as the proof has them."""
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Wrong("a consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Wrong("a consistency proof is too short")
    return fr, sr


class Wrong(Exception):
    pass


class Tiles:
    """The tree of a size, from its tiles (C2SP tlog-tiles)."""

    def __init__(self, directory, size):
        self.directory, self.size, self.cache = directory, size, {}

    @staticmethod
    def number(n):
        text = "%03d" % (n % 1000)
        while n >= 1000:
            n //= 1000
            text = "x%03d/%s" % (n % 1000, text)
        return text

    def path(self, level, n):
        return os.path.join(self.directory, "tile", str(level), self.number(n))

    def tile(self, level, n):
        if (level, n) not in self.cache:
            width = min(256, (self.size >> (8 * level)) - 256 * n)
            full = self.path(level, n)
            partial = "%s.p/%d" % (full, width)
            name = partial if width < 256 and os.path.exists(partial) else full
            try:
                data = open(name, "rb").read()
            except OSError as e:
                raise Wrong("the tile %s is missing: %s" % (name, e.strerror))
            if len(data) != 32 * (256 if name == full else width):
                raise Wrong("the tile %s has %d bytes" % (name, len(data)))
            self.cache[level, n] = [data[i : i + 32] for i in range(0, 32 * width, 32)]
        return self.cache[level, n]

    def subtree(self, level, index):
        """The root of the 2^level leaves from index * 2^level on."""
        tile, height = level // 8, level % 8
        first = index << height
        hashes = self.tile(tile, first // 256)[first % 256 : first % 256 + (1 << height)]
        while len(hashes) > 1:
            hashes = [node_hash(a, b) for a, b in zip(hashes[::2], hashes[1::2])]
        return hashes[0]

    def range(self, start, end):
        """MTH(D[start:end])."""
        n = end - start
        if n & (n - 1) == 0:
            level = n.bit_length() - 1
            return self.subtree(level, start >> level)
        k = 1 << ((n - 1).bit_length() - 1)
        return node_hash(self.range(start, start + k), self.range(start + k, end))

    def root(self):
        return self.range(0, self.size) if self.size else hashlib.sha256(b"").digest()

    def inclusion(self, index, start=0, end=None):
        """PATH(m, D[n]), RFC 6962 section 2.1.1."""
        end = self.size if end is None else end
        if end - start == 1:
            return []
        k = 1 << ((end - start - 1).bit_length() - 1)
        if index - start < k:
            return self.inclusion(index, start, start + k) + [self.range(start + k, end)]
        return self.inclusion(index, start + k, end) + [self.range(start, start + k)]

    def consistency(self, m, start=0, end=None, whole=True):
        """SUBPROOF(m, D[n], b), RFC 6962 section 2.1.2."""
        end = self.size if end is None else end
        if m == end - start:
            return [] if whole else [self.range(start, end)]
        k = 1 << ((end - start - 1).bit_length() - 1)
        if m <= k:
            return self.consistency(m, start, start + k, whole) + [self.range(start + k, end)]
        return self.consistency(m - k, start + k, end, False) + [self.range(start, start + k)]

    def range_root(self, n):
        """The root of the first n leaves."""
        return self.range(0, n)

    def entry(self, index):
        """An entry that is still in a bundle."""
        return self.entries(index // 256)[index % 256]

    def entries(self, n):
        """A bundle's entries."""
        width = min(256, self.size - 256 * n)
        base = os.path.join(self.directory, "tile", "entries", self.number(n))
        for name in (base + ".gz", base, "%s.p/%d" % (base, width)):
            if os.path.exists(name):
                data = open(name, "rb").read()
                data = gzip.decompress(data) if name.endswith(".gz") else data
                break
        else:
            raise Wrong("the bundle %s is missing" % base)
        found, at = [], 0
        while at < len(data):
            length = int.from_bytes(data[at : at + 2], "big")
            found.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        if at != len(data) or len(found) < width:
            raise Wrong("the bundle %s is cut short" % base)
        return found[:width]


# --- notes, C2SP signed-note and tlog-checkpoint ----------------------------------------------------------------------


class Key:
    def __init__(self, text):
        try:
            self.name, key_id, data = text.strip().split("+", 2)
            data = base64.b64decode(data, validate=True)
        except ValueError:
            raise Wrong("%r is no key of a log" % text.strip())
        if data[:1] != b"\x01" or len(data) != 33:
            raise Wrong("the key of %s is not Ed25519" % self.name)
        self.public = data[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if self.id.hex() != key_id:
            raise Wrong("the id of the key of %s is wrong" % self.name)


def open_checkpoint(note, key):
    """(size, root) of a checkpoint that the key signed."""
    body, blank, signatures = note.rpartition("\n\n")
    body += "\n"
    if not blank:
        raise Wrong("a checkpoint is no signed note")
    for line in signatures.splitlines():
        words = line.split(" ")
        if len(words) == 3 and words[0] == "\u2014" and words[1] == key.name:
            data = base64.b64decode(words[2], validate=True)
            if data[:4] == key.id and ed25519_verify(key.public, body.encode(), data[4:]):
                break
    else:
        raise Wrong("a checkpoint is not signed by %s" % key.name)
    lines = body.split("\n")
    if lines[0] != key.name or str(int(lines[1])) != lines[1]:
        raise Wrong("a checkpoint is not one of %s" % key.name)
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def check_proof(name, key):
    """A file of C2SP tlog-proof that carries its entry."""
    head, _, note = open(name, encoding="utf-8", newline="").read().partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Wrong("%s is no proof that carries its entry" % name)
    size, root = open_checkpoint(note, key)
    entry, index = base64.b64decode(lines[1][6:], validate=True), int(lines[2][6:])
    proof = [base64.b64decode(line, validate=True) for line in lines[3:]]
    if inclusion_root(index, size, leaf_hash(entry), proof) != root:
        raise Wrong("%s proves nothing" % name)
    print("%s: entry %d of %d" % (os.path.basename(name), index, size))


# --- pruning: C2SP tlog-tiles' minimum index, and the archives of what went ------------------------------------------------

RECORD = re.compile(rb"from (\d+) to (\d+) of (\d+) root ([0-9a-f]{64}) archive ([0-9a-f]{64})")


def read_entries(data, what):
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(data):
        raise Wrong("%s is cut short" % what)
    return found


def check_minimum(directory, tiles, size):
    """(first, minimum, archive digest) of what was pruned last; (0, 0, None) when nothing was."""
    path = os.path.join(directory, "minimum")
    if not os.path.exists(path):
        return 0, 0, None
    words = open(path, encoding="ascii").read().split()
    if len(words) != 4 or words[0] != "minimum" or words[2] != "record":
        raise Wrong("%s is not what a log writes" % path)
    minimum, index = int(words[1]), int(words[3])
    if minimum % 256 or not minimum <= index < size:
        raise Wrong("entries before %d are gone, and no entry under the checkpoint records it" % minimum)
    entry = tiles.entry(index)
    if leaf_hash(entry) != tiles.subtree(0, index):
        raise Wrong("entry %d isn't the one whose hash its tile has" % index)
    record = RECORD.search(entry)
    if not record or not (entry.startswith(b"bartizan-prune-v1\n") or b'"detail":"pruned"' in entry and b'"kind":"instance"' in entry):
        raise Wrong("entries before %d are gone, and entry %d records no prune" % (minimum, index))
    first, to, of, root = int(record[1]), int(record[2]), int(record[3]), record[4].decode()
    if to != minimum or not first < to <= of <= index:
        raise Wrong("entry %d records a prune up to %d, not to %d" % (index, to, minimum))
    if tiles.range_root(to).hex() != root:
        raise Wrong("entry %d records a prune of another tree" % index)
    return first, minimum, record[5].decode()


def check_archive(name, key, recorded):
    """An archive: its entries lead, behind the edge before them and by the proof, to the root that the key signed."""
    with open(name, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    try:
        with tarfile.open(name) as tar:
            members = [(member.name, tar.extractfile(member).read()) for member in tar.getmembers() if member.isfile()]
    except (tarfile.TarError, OSError, EOFError) as e:
        raise Wrong("%s is no whole archive: %s" % (name, e))
    heads = dict(members[:5])
    if [member[0] for member in members[:5]] != ["range", "vkey", "checkpoint", "edge", "proof"]:
        raise Wrong("%s is no archive of a log" % name)
    version, origin, first, end, _ = heads["range"].decode().split("\n")
    first, end = int(first), int(end)
    if version != "bartizan-archive-v1" or origin != key.name or first % 256 or end % 256 or first >= end:
        raise Wrong("%s is no archive of this log" % name)
    expected = [p for n in range(first // 256, end // 256) for p in ("tile/0/" + Tiles.number(n), "tile/entries/" + Tiles.number(n) + ".gz")]
    if [member[0] for member in members[5:]] != expected:
        raise Wrong("%s doesn't hold the entries from %d to %d" % (name, first, end))
    size, root = open_checkpoint(heads["checkpoint"].decode(), key)
    hashes = lambda text: [base64.b64decode(line, validate=True) for line in text.decode().splitlines()]
    # The right edge as (leaves, root), largest first; two of one size are a subtree of twice as many.
    edge = [(1 << bit, hash) for bit, hash in zip([b for b in range(62, -1, -1) if first >> b & 1], hashes(heads["edge"]))]
    if sum(n for n, _ in edge) != first:
        raise Wrong("the edge of %s is not that of %d entries" % (name, first))
    count = 0
    for (_, tile), (path, bundle) in zip(members[5::2], members[6::2]):
        entries = read_entries(gzip.decompress(bundle), path)
        if len(entries) != 256 or b"".join(map(leaf_hash, entries)) != tile:
            raise Wrong("%s in %s doesn't hold the entries of its tile" % (path, name))
        for entry in entries:
            edge.append((1, leaf_hash(entry)))
            count += 1
            while len(edge) > 1 and edge[-1][0] == edge[-2][0]:
                (n, right), (_, left) = edge.pop(), edge.pop()
                edge.append((2 * n, node_hash(left, right)))
    found = edge[-1][1]
    for _, left in reversed(edge[:-1]):
        found = node_hash(left, found)
    if end > size or (found != root if end == size else consistency_roots(end, size, found, hashes(heads["proof"])) != (found, root)):
        raise Wrong("the entries of %s lead to no signed root" % name)
    if recorded[:2] == (first, end) and recorded[2] != digest:
        raise Wrong("%s is not the file that the log recorded" % name)
    print("archive: %d entries from %d on" % (count, first))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("--key")
    arguments.add_argument("--older")
    arguments.add_argument("--proof", action="append", default=[])
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--archive", action="append", default=[])
    given = arguments.parse_args()
    key = Key(given.key or open(os.path.join(given.directory, "vkey"), encoding="utf-8").read())
    size, root = open_checkpoint(open(os.path.join(given.directory, "checkpoint"), encoding="utf-8", newline="").read(), key)
    tiles = Tiles(given.directory, size)
    if tiles.root() != root:
        raise Wrong("the tiles don't lead to the signed root")
    print("checkpoint: %d entries, signed by %s" % (size, key.name))

    recorded = check_minimum(given.directory, tiles, size)
    if recorded[1]:
        print("pruned: entries before %d, as the log records" % recorded[1])

    bundle, entries = -1, []
    for index in range(recorded[1], size, given.every):
        if index // 256 != bundle:
            bundle = index // 256
            entries = tiles.entries(bundle)
        leaf = leaf_hash(entries[index % 256])
        if leaf != tiles.subtree(0, index):
            raise Wrong("entry %d isn't the one whose hash its tile has" % index)
        if inclusion_root(index, size, leaf, tiles.inclusion(index)) != root:
            raise Wrong("entry %d isn't included" % index)
    print("inclusion: %d entries" % len(range(recorded[1], size, given.every)))

    if given.older:
        older_size, older_root = open_checkpoint(open(given.older, encoding="utf-8", newline="").read(), key)
        if not 0 < older_size <= size:
            raise Wrong("the older checkpoint covers %d entries, this one %d" % (older_size, size))
        proof = tiles.consistency(older_size)
        if older_size == size:
            consistent = older_root == root
        else:
            consistent = consistency_roots(older_size, size, older_root, proof) == (older_root, root)
        if not consistent:
            raise Wrong("the log doesn't continue the older checkpoint of %d entries" % older_size)
        print("consistency: from %d to %d entries" % (older_size, size))

    for name in given.proof:
        check_proof(name, key)
    for name in given.archive:
        check_archive(name, key, recorded)


if __name__ == "__main__":
    try:
        main()
    except Wrong as e:
        sys.exit("wrong: %s" % e)
