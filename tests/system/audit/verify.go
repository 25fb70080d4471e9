// Reads an exported log with Go's own packages for transparency logs, so that
// our code is not its own judge: the signature of the checkpoint, every entry
// against the tree, every tile, and the growth from every earlier size.
//
//	verify DIR: exit 0 and "ok SIZE", or exit 1 and what is wrong
//	verify --receipt FILE DIR: a published alert's receipt, with DIR's key
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

// tilePath turns tlog's tile/8/L/N into the path of tlog-tiles, tile/L/N.
func tilePath(t tlog.Tile) string {
	path := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

type reader struct{ dir string }

func (r reader) Height() int { return height }

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(r.dir, tilePath(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (r reader) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// head opens a checkpoint with the key in dir.
func head(dir string, text []byte) tlog.Tree {
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	must(err, "key")
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	must(err, "key")
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		fail("checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err, "root")
	tree := tlog.Tree{N: size}
	if copy(tree.Hash[:], root) != tlog.HashSize || len(root) != tlog.HashSize {
		fail("root: %d bytes", len(root))
	}
	return tree
}

// entries reads every bundle.
func entries(dir string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n<<height < size; n++ {
		t := tlog.Tile{H: height, L: -1, N: n, W: 1 << height}
		if rest := size - n<<height; rest < 1<<height {
			t.W = int(rest)
		}
		data, err := os.ReadFile(filepath.Join(dir, tilePath(t)))
		must(err, "entries")
		for i := 0; i < t.W; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				fail("entry %d: missing", len(all))
			}
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			fail("entries %d: %d bytes too many", n, len(data))
		}
	}
	return all
}

// own is the tree made from the entries alone.
func own(all [][]byte) (tlog.HashReader, func(int64) tlog.Hash) {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range at {
			if i >= int64(len(stored)) {
				return nil, fmt.Errorf("no hash %d", i)
			}
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for i, entry := range all {
		hashes, err := tlog.StoredHashes(int64(i), entry, read)
		must(err, "hashes")
		stored = append(stored, hashes...)
	}
	return read, func(n int64) tlog.Hash {
		root, err := tlog.TreeHash(n, read)
		must(err, "root")
		return root
	}
}

// checkTiles holds every tile's bytes against those made from the entries.
func checkTiles(dir string, size int64, made tlog.HashReader) {
	for _, t := range tlog.NewTiles(height, 0, size) {
		full := size >> (uint(height) * uint(t.L)) // hashes of this level
		if t.W < 1<<height && full != t.N<<height+int64(t.W) {
			continue // a narrower one is not required
		}
		want, err := tlog.ReadTileData(t, made)
		must(err, "tile")
		got, err := os.ReadFile(filepath.Join(dir, tilePath(t)))
		must(err, "tile")
		if string(want) != string(got) {
			fail("tile %s differs", tilePath(t))
		}
	}
}

// receipt proves one entry, which names the alert, under its checkpoint.
func receipt(file, dir string) {
	var r struct {
		Entry, Checkpoint string
		Index             int64
		Proof             [][]byte
	}
	text, err := os.ReadFile(file)
	must(err, "receipt")
	must(json.Unmarshal(text, &r), "receipt")
	var proof tlog.RecordProof
	for _, bytes := range r.Proof {
		var hash tlog.Hash
		if copy(hash[:], bytes) != tlog.HashSize {
			fail("receipt: a hash of %d bytes", len(bytes))
		}
		proof = append(proof, hash)
	}
	tree := head(dir, []byte(r.Checkpoint))
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, r.Index,
		tlog.RecordHash([]byte(r.Entry))), "receipt")
	var entry struct{ Type, Alert string }
	must(json.Unmarshal([]byte(r.Entry), &entry), "entry")
	fmt.Println("ok", entry.Type, entry.Alert)
}

func main() {
	if os.Args[1] == "--receipt" {
		receipt(os.Args[2], os.Args[3])
		return
	}
	dir := os.Args[1]
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err, "checkpoint")
	tree := head(dir, text)
	all := entries(dir, tree.N)
	published := tlog.TileHashReader(tree, reader{dir})
	for i, entry := range all {
		hashes, err := published.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		must(err, fmt.Sprintf("entry %d", i))
		if hashes[0] != tlog.RecordHash(entry) {
			fail("entry %d: changed", i)
		}
		proof, err := tlog.ProveRecord(tree.N, int64(i), published)
		must(err, fmt.Sprintf("entry %d", i))
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), hashes[0]),
			fmt.Sprintf("entry %d", i))
	}
	made, root := own(all)
	if root(tree.N) != tree.Hash {
		fail("root: the entries give another one")
	}
	for n := int64(1); n <= tree.N; n += 7 {
		proof, err := tlog.ProveTree(tree.N, n, published)
		must(err, "growth")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, n, root(n)), "growth")
	}
	checkTiles(dir, tree.N, made)
	fmt.Println("ok", tree.N)
}
