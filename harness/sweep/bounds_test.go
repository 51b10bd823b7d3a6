package sweep

import (
	"fmt"
	"strings"
	"testing"

	"protobench/internal/frugal"
)

// A few kilobytes ask for neither memory without end nor a page of errors without end.
func TestSweepsThatAskForTooMuch(t *testing.T) {
	const room = longestFile - 500
	many := func(format string, n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "#", "%[1]d"), i)
		}
		return b.String()
	}
	const arm = "name='x'\n[[method]]\nname='swav'\n"
	counts := func(key string, n int) string {
		return "'" + key + "'=[" + strings.TrimSuffix(many("1#,", n), ",") + "]\n"
	}
	for name, c := range map[string]struct{ text, want string }{
		"length":           {strings.Repeat("#\n", longestFile), "the file has 131072 bytes; expected 65536 at most"},
		"keys":             {many("a#=1\n", room), "more is wrong than the following"},
		"parts of a key":   {"\na." + strings.Repeat("a.", 100) + "a=1\n", "f:2: brackets, or parts of a key"},
		"lists in lists":   {"a=" + strings.Repeat("[", room/2) + strings.Repeat("]", room/2), "f:1: brackets, or parts of a key"},
		"tables in tables": {"a=" + strings.Repeat("{a=", 100) + "1" + strings.Repeat("}", 100), "f:1: brackets, or parts of a key"},
		"tables":           {arm + many("[t#]\n", room), "more is wrong than the following"},
		"arms":             {"name='x'\n" + strings.Repeat("[[method]]\nname='swav'\n", room/25), "more is wrong than the following"},
		"claims":           {arm + strings.Repeat("[[claim]]\n", room/10), "more is wrong than the following"},
		"seeds":            {"seeds=100_000_000\n" + arm, "f:1: seeds: 400004 cells; expected 100000 at most"},
		"values":           {arm + "[matrix]\n" + counts("prototypes.count", room), "arms with the reference rows; expected 10000 at most"},
		"a product":        {arm + "[matrix]\n" + counts("prototypes.count", 3000) + counts("train.epochs", 3000) + counts("train.batch", 3000), "arms with the reference rows; expected 10000 at most"},
		"rows":             {"references=[" + strings.Repeat("'pixels',", room/9) + "]\n" + arm, `"pixels" stands twice`},
	} {
		t.Run(name, func(t *testing.T) {
			defer frugal.Bound(t, len(c.text))()
			_, err := Parse("f", c.text, testCatalogue())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "\n") > mostIssues {
				t.Errorf("got %.300v, want %q", err, c.want)
			}
		})
	}
	for name, fits := range map[string]string{
		"seeds":             "seeds=9000\nquestion='" + strings.Repeat("one. two, [0, 1). ", 50) + "'\n" + arm,
		"what no row reads": arm + "[matrix]\n" + counts("prototypes.count", 17_000), // 3,000 values
	} {
		if _, err := Parse("f", fits, testCatalogue()); err != nil {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}
