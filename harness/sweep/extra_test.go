package sweep

import (
	"strings"
	"testing"

	"protobench/metrics"
)

func TestEndpointsMustBeMeasured(t *testing.T) {
	const text = "name = 'x'\nprimary = ['lidar@backbone.teacher']\n[[method]]\nname = 'swav'\n"
	c := testCatalogue()
	c.Metrics = metrics.Keys()
	if _, err := Parse("t.toml", text, c); err == nil || !strings.Contains(err.Error(), `t.toml:2: primary: metric "lidar@backbone.teacher" is measured on demand alone; set evaluate.extra = true`) {
		t.Error(err)
	}
	if _, err := Parse("t.toml", "references = false\n"+text, c); err == nil || !strings.Contains(err.Error(), "measured on demand alone") {
		t.Errorf("without reference rows: %v", err)
	}
	if _, err := Parse("t.toml", strings.Replace(text, "[[", "[evaluate]\nextra = true\n[[", 1), c); err != nil {
		t.Error(err)
	}
}

// Cells of before there was the key keep their hashes and configs.
func TestExtraMetricsAreNamedWhereAskedFor(t *testing.T) {
	const text = "name = 'x'\n[[method]]\nname = 'swav'\n"
	for more, want := range map[string]bool{"": false, "[evaluate]\nextra = false\n": false, "[evaluate]\nextra = true\n": true} {
		s, err := Parse("t.toml", text+more, testCatalogue())
		if err != nil {
			t.Fatal(err)
		}
		if c := &s.Cells[len(s.Cells)-1]; strings.Contains(c.canonical(""), "evaluate.extra") != want || strings.Contains(c.TOML("x"), "extra = ") != want {
			t.Errorf("%q: %s\n%s", more, c.canonical(""), c.TOML("x"))
		}
	}
}
