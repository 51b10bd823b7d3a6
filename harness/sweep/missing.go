package sweep

import (
	"slices"
	"strings"

	"protobench/internal/setting"
)

// skipMissing leaves out the cells whose set is not there, where the sweep says so, and tells the
// others' readers which sets these are. That all are missing is an error.
func (p *parser) skipMissing(cells []Cell) []Cell {
	var missing []string
	for i := range cells {
		if name := cells[i].missing; name != "" && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return cells
	}
	names := strings.Join(missing, ", ")
	found := slices.DeleteFunc(cells, func(c Cell) bool { return c.missing != "" })
	if len(found) == 0 {
		p.report("data", "data", "none of the sets is there: "+names, "", "put one into $PROTOBENCH_DATA (`protobench data list` says how)")
	}
	for i := range found {
		found[i].Warnings = append(found[i].Warnings, setting.Warning{Key: "data", Text: "skipped, as their files are not there: " + names})
	}
	return found
}
