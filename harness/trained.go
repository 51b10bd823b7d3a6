package harness

import (
	"fmt"
	"os"
	"path/filepath"

	"protobench/datasets"
	"protobench/harness/cell"
)

// OpenTrained opens the folder of a finished cell, wherever it lies: its config.toml says what it
// is, and data opens the images that it was trained on, see [cell.OpenTrained].
func OpenTrained(path string, data *datasets.Library) (*cell.Trained, error) {
	config := filepath.Join(path, "config.toml")
	text, err := os.ReadFile(config)
	if err != nil {
		return nil, fmt.Errorf("%s: not the folder of a cell, RUN/cells/NAME (%w)", path, err)
	}
	p, err := NewPlan(config, string(text), Catalogue(), data)
	if err != nil {
		return nil, err
	}
	if len(p.Jobs) != 1 {
		return nil, fmt.Errorf("%s: %d cells, one is expected; give the folder of a cell, RUN/cells/NAME", config, len(p.Jobs))
	}
	return cell.OpenTrained(path, &p.Jobs[0], p.Sweep.Name, data)
}
