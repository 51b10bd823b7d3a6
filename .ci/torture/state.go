package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// state is what has been done, over all pieces.
type state struct {
	Done    map[string]bool
	Kills   int            // processes killed
	Whole   int            // sweeps that came to their end between kills
	Resumed int            // cells of those that went on from a checkpoint
	Rounds  int            // of damage
	Faults  map[string]int // by kind
}

func (s *state) read(path string) error {
	s.Done, s.Faults = map[string]bool{}, map[string]int{}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(b, s)
}

func (s *state) write(path string) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}

// fault counts and prints one.
func (s *state) fault(kind, format string, a ...any) {
	s.Faults[kind]++
	fmt.Printf("%-28s %s\n", kind, fmt.Sprintf(format, a...))
}

func (s *state) print() {
	fmt.Printf("\n%d processes killed, %d sweeps came to their end between kills, %d of their cells went on from a checkpoint\n", s.Kills, s.Whole, s.Resumed)
	for _, kind := range slices.Sorted(maps.Keys(s.Faults)) {
		fmt.Printf("%6d × %s\n", s.Faults[kind], kind)
	}
	fmt.Println("every result equals the undisturbed one")
}
