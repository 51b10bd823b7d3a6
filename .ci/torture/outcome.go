package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// outcome is a digest of everything in a run that has to be equal however it was disturbed.
func outcome(dir string) (map[string]string, error) {
	cells, err := os.ReadDir(filepath.Join(dir, "cells"))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, c := range cells {
		at := filepath.Join(dir, "cells", c.Name())
		numbers, err := numbersOf(filepath.Join(at, "result.json"))
		if err != nil {
			return nil, err
		}
		out[c.Name()+"/result.json"] = numbers
		for _, name := range []string{"config.toml", "steps.jsonl", "epochs.jsonl", "prototypes.safetensors", "final.safetensors"} {
			b, err := os.ReadFile(filepath.Join(at, name))
			if os.IsNotExist(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out[c.Name()+"/"+name] = fmt.Sprintf("%x", sha256.Sum256(b))
		}
	}
	return out, nil
}

// numbersOf are a result's parts that do not tell of time and place.
func numbersOf(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var r map[string]json.RawMessage
	if err := json.Unmarshal(b, &r); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return string(r["cell"]) + string(r["outcome"]) + string(r["metrics"]) + string(r["observers"]) + string(r["undefined"]), nil
}

// equal compares a run's outcome with the undisturbed one.
func (t *torture) equal(dir string) error {
	got, err := outcome(dir)
	if err != nil {
		return err
	}
	var different []string
	for _, name := range slices.Sorted(maps.Keys(t.want)) {
		if got[name] != t.want[name] {
			different = append(different, name)
		}
	}
	if len(different) > 0 || len(got) != len(t.want) {
		return fmt.Errorf("%s: %d files, expected %d; not equal: %s", dir, len(got), len(t.want), strings.Join(different, ", "))
	}
	return nil
}

// sound has the program check a run, and compares it.
func (t *torture) sound(dir string) error {
	if out, code := t.tool("doctor", dir); code != 0 {
		return fmt.Errorf("doctor ends with %d:\n%s", code, out)
	}
	return t.equal(dir)
}

// resumed counts a run's cells that went on from a checkpoint.
func resumed(dir string) (n int) {
	paths, _ := filepath.Glob(filepath.Join(dir, "cells", "*", "result.json"))
	for _, path := range paths {
		var r struct {
			ResumedAt []int `json:"resumed_at"`
		}
		if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &r) == nil && len(r.ResumedAt) > 0 {
			n++
		}
	}
	return n
}
