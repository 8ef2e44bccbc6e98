package store

import (
	"hash/maphash"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestTrieIsAMapWhoseOldVersionsStay(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	type state struct {
		trie trie[int, int]
		want map[int]int
	}
	now := state{newTrie[int, int](maphash.MakeSeed()), map[int]int{}}
	var kept []state
	for range 300 {
		kept = append(kept, now)
		e := new(edit)
		next := state{now.trie, maps.Clone(now.want)}
		for range 1 + rnd.IntN(40) {
			key, value := rnd.IntN(400), rnd.Int()
			if rnd.IntN(3) == 0 {
				next.trie = next.trie.del(e, key)
				delete(next.want, key)
				continue
			}
			next.trie = next.trie.set(e, key, value)
			next.want[key] = value
		}
		now = next
	}
	for i, s := range append(kept, now) {
		got := maps.Collect(s.trie.all)
		if diff := cmp.Diff(s.want, got); diff != "" || s.trie.size != len(s.want) {
			t.Fatalf("version %d, size %d (-want +got):\n%s", i, s.trie.size, diff)
		}
		for key := range 400 {
			value, ok := s.trie.get(key)
			if want, wantOK := s.want[key]; value != want || ok != wantOK {
				t.Fatalf("version %d: key %d is %d, %t; want %d, %t", i, key, value, ok, want, wantOK)
			}
		}
	}
	for key := range 400 {
		now.trie = now.trie.del(new(edit), key)
	}
	if now.trie.root != nil || now.trie.size != 0 {
		t.Fatal("the emptied trie has nodes")
	}
}

func TestTrieKeepsKeysWithOneHashApart(t *testing.T) {
	t.Parallel()
	var n *trieNode[string, int]
	n = &trieNode[string, int]{}
	e := new(edit)
	add := func(key string, value int) bool {
		next, added := n.set(e, 0, &trieLeaf[string, int]{hash: 77, key: key, value: value})
		n = next
		return added
	}
	if !add("a", 1) || !add("b", 2) || !add("c", 3) || add("b", 4) {
		t.Fatal("keys were counted wrongly")
	}
	old := n
	n = n.del(new(edit), 0, 77, "a")
	collect := func(n *trieNode[string, int]) map[string]int {
		out := map[string]int{}
		n.all(func(k string, v int) bool { out[k] = v; return true })
		return out
	}
	if diff := cmp.Diff(map[string]int{"b": 4, "c": 3}, collect(n)); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(map[string]int{"a": 1, "b": 4, "c": 3}, collect(old)); diff != "" {
		t.Fatal(diff)
	}
}

func TestSubjectListIsASortedSetWhoseOldVersionsStay(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	list, want := new(subjectList), map[schema.Subject]bool{}
	type state struct {
		list *subjectList
		want []schema.Subject
	}
	var kept []state
	for range 200 {
		e := new(edit)
		for range 1 + rnd.IntN(60) {
			name := schema.Subject(rune('a' + rnd.IntN(3000)))
			switch {
			case !want[name]:
				list = list.add(e, name)
				want[name] = true
			case rnd.IntN(2) == 0:
				list = list.remove(e, name)
				delete(want, name)
			}
		}
		kept = append(kept, state{list, sortedKeys(want)})
	}
	if len(list.chunks) < 3 {
		t.Fatalf("%d chunks: the test is too small", len(list.chunks))
	}
	for i, s := range kept {
		if diff := cmp.Diff(s.want, s.list.all()); diff != "" {
			t.Fatalf("version %d (-want +got):\n%s", i, diff)
		}
	}
	for name := range want {
		list = list.remove(new(edit), name)
	}
	if len(list.all()) != 0 {
		t.Fatal("the emptied list has names")
	}
}
