package sweep

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"protobench/ablations"
)

// committed is what these tests read of a plan.
type committed struct {
	Primary []string
	Claims  []struct{ Metric string }
	Cells   []struct {
		Cell   struct{ Hash string }
		Dir    string
		Config string
	}
}

// metrics are those that the sweep names; which there are is another package's business.
func (c committed) metrics() []string {
	out := c.Primary
	for _, one := range c.Claims {
		out = append(out, one.Metric)
	}
	return out
}

func committedPlan(t *testing.T, path string) committed {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var plan committed
	if err := json.NewDecoder(z).Decode(&plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// fingerprintOf is that of the data of a committed result.
func fingerprintOf(t *testing.T, name, dir string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../results/reference", name, "cells", dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Provenance struct {
			Data string `json:"data_sha256"`
		}
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r.Provenance.Data
}

// TestCommittedResultsAreFound: the cells of the ablations whose results are committed have the
// hashes, folders and configs of their plans, so that no change of code makes their numbers look
// like those of other settings.
func TestCommittedResultsAreFound(t *testing.T) {
	runs, err := filepath.Glob("../../results/reference/*/plan.json.gz")
	if err != nil || len(runs) < 7 {
		t.Fatalf("%d committed runs: %v", len(runs), err)
	}
	for _, run := range runs {
		name := filepath.Base(filepath.Dir(run))
		t.Run(name, func(t *testing.T) {
			plans, err := filepath.Glob(filepath.Join("../../results/reference", name, "plan*.json.gz"))
			if err != nil || len(plans) == 0 {
				t.Fatalf("no plan: %v", err)
			}
			slices.Sort(plans) // plan.2.json.gz, which holds where there is one, stands before plan.json.gz
			plan := committedPlan(t, plans[0])
			text, _ := ablations.Text(name)
			s, err := Parse(name, text, Methods(plan.metrics()))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Cells) != len(plan.Cells) || len(s.Cells) == 0 {
				t.Fatalf("%d cells, want %d", len(s.Cells), len(plan.Cells))
			}
			for i, want := range plan.Cells {
				c := &s.Cells[i]
				hash := c.Hash(fingerprintOf(t, name, want.Dir))
				if hash != want.Cell.Hash || c.FolderName(hash) != want.Dir || c.TOML(s.Name) != want.Config {
					t.Errorf("%s has hash %s and config\n%s\nwant %s\n%s", want.Dir, hash, c.TOML(s.Name), want.Cell.Hash, want.Config)
				}
			}
		})
	}
}
