package sweep

import (
	"path/filepath"
	"testing"

	"protobench/ablations"
	"protobench/harness/store"
)

// metricsOf are those that a plan names; which there are is another package's business.
func metricsOf(p store.Plan) []string {
	out := p.Primary
	for _, one := range p.Claims {
		out = append(out, one.Metric)
	}
	return out
}

// fingerprintOf is that of the data of a committed result.
func fingerprintOf(t *testing.T, c *store.CellDir) string {
	t.Helper()
	r, found, err := c.Result()
	if err != nil || !found {
		t.Fatalf("%s: result found: %v, %v", c.Path(), found, err)
	}
	return r.Provenance.DataSHA256
}

// TestCommittedResultsAreFound: the cells of the ablations whose results are committed have the
// hashes, folders and configs of their plans, so that no change of code makes their numbers look
// like those of other settings.
func TestCommittedResultsAreFound(t *testing.T) {
	runs, err := store.RunsIn("../../results/reference")
	if err != nil || len(runs) < 7 {
		t.Fatalf("%d committed runs: %v", len(runs), err)
	}
	for _, run := range runs {
		name := filepath.Base(run.Path())
		t.Run(name, func(t *testing.T) {
			plan, err := run.Plan()
			if err != nil {
				t.Fatal(err)
			}
			text, _ := ablations.Text(name)
			s, err := Parse(name, text, Methods(metricsOf(plan)))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Cells) != len(plan.Cells) || len(s.Cells) == 0 {
				t.Fatalf("%d cells, want %d", len(s.Cells), len(plan.Cells))
			}
			for i, want := range plan.Cells {
				c := &s.Cells[i]
				hash := c.Hash(fingerprintOf(t, run.Cell(want)))
				if hash != want.Cell.Hash || c.FolderName(hash) != want.Dir || c.TOML(s.Name) != want.Config {
					t.Errorf("%s has hash %s and config\n%s\nwant %s\n%s", want.Dir, hash, c.TOML(s.Name), want.Cell.Hash, want.Config)
				}
			}
		})
	}
}
