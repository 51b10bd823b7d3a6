package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// kind is a kind of file that the program reads back.
type kind struct {
	name, pattern string
	ended         bool // of a cell that has a result
}

func kinds() []kind {
	return []kind{
		{"plan.json", "plan.json", false},
		{"result.json", "cells/*/result.json", true},
		{"epochs.jsonl", "cells/*/epochs.jsonl", true},
		{"steps.jsonl", "cells/*/steps.jsonl", true},
		{"prototypes.safetensors", "cells/*/prototypes.safetensors", true},
		{"final.safetensors", "cells/*/final.safetensors", true},
		{"config.toml", "cells/*/config.toml", true},
		{"checkpoint.safetensors", "cells/*/checkpoint.safetensors", false},
		{"checkpoint.previous.safetensors", "cells/*/checkpoint.previous.safetensors", false},
	}
}

func (t *torture) anyKind() kind { return kinds()[t.random.IntN(len(kinds()))] }

// ways to damage a file; each returns other content than it was given.
func (t *torture) damaged(b []byte, others [][]byte) (way string, now []byte) {
	now = slices.Clone(b)
	switch way := t.random.IntN(8); {
	case way == 0 && len(b) > 0:
		return "cut short", now[:t.random.IntN(len(b))]
	case way == 1 && len(b) > 8:
		at := t.random.IntN(len(b) - 8)
		copy(now[at:], "garbage!")
		return "garbled", now
	case way == 2 && len(others) > 0:
		return "that of another cell", others[t.random.IntN(len(others))]
	}
	bit := t.random.IntN(8 * max(1, len(b)))
	if len(now) > 0 {
		now[bit/8] ^= 1 << (bit % 8)
	}
	return fmt.Sprintf("bit %d flipped", bit), now
}

// damageOne damages one file of a kind and, where a checkup has to see it, has it seen. A run that
// was killed may have none of that kind.
func (t *torture) damageOne(dir string, k kind) error {
	path, rest := t.choose(dir, k)
	if path == "" {
		return nil
	}
	was, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var others [][]byte
	for _, p := range rest {
		if b, err := os.ReadFile(p); err == nil {
			others = append(others, b)
		}
	}
	way, now := t.damaged(was, others)
	if bytes.Equal(was, now) {
		return nil
	}
	if err := os.WriteFile(path, now, 0o644); err != nil {
		return err
	}
	out, code := t.tool("doctor", t.path(dir))
	if code == 0 || !strings.Contains(out, filepath.Base(path)) {
		return fmt.Errorf("%s, %s: doctor ends with %d:\n%s", path, way, code, out)
	}
	t.state.fault("damage to "+k.name, "%s; found by doctor", way)
	return nil
}

// choose takes a file of a kind at random; "" where there is none. The rest are its like.
func (t *torture) choose(dir string, k kind) (path string, rest []string) {
	paths, _ := filepath.Glob(filepath.Join(t.path(dir), k.pattern))
	if k.ended {
		paths = slices.DeleteFunc(paths, func(p string) bool {
			_, err := os.Stat(filepath.Join(filepath.Dir(p), "result.json"))
			return err != nil
		})
	}
	if len(paths) == 0 {
		return "", nil
	}
	i := t.random.IntN(len(paths))
	return paths[i], slices.Delete(slices.Clone(paths), i, i+1)
}

// damageAll damages a file of every kind of a finished run, again and again: each is found, and the
// next run ends with equal results.
func (t *torture) damageAll() error {
	for t.state.Rounds < t.rounds {
		if t.late() {
			return errLater
		}
		if out, code := t.command("damaged"); code != 0 {
			return fmt.Errorf("a run ends with %d:\n%s", code, out)
		}
		for _, k := range slices.Backward(kinds()) { // behind a bad plan or result nothing else is looked at
			if err := t.damageOne("damaged", k); err != nil {
				return err
			}
		}
		if out, code := t.command("damaged"); code != 0 {
			return fmt.Errorf("the run after the damage ends with %d:\n%s", code, out)
		}
		if err := t.sound(t.path("damaged")); err != nil {
			return err
		}
		t.state.Rounds++
		fmt.Printf("%-28s round %d; equal\n", "all kinds damaged", t.state.Rounds)
		if err := t.state.write(t.path("state.json")); err != nil {
			return err
		}
	}
	return os.RemoveAll(t.path("damaged"))
}
