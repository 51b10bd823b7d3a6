package selection

import (
	"errors"
	"strings"
	"testing"
)

func TestLike(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"swav", "swav", true}, {"swav", "swav+gmm", false}, {"swav*", "swav+gmm", true}, {"swav*", "swav", true}, {"*gmm", "swav+gmm", true},
		{"*gmm", "gmm-bare", false}, {"s*v*m", "swav+gmm", true}, {"s*v*v", "swav", false}, {"*", "", true}, {"a*a", "a", false}, {"swav**", "swav", true}, {"0.20", "0.2", true}, {"0.2", "0.20", true}, {"0.2", "0.25", false},
	} {
		if got := Like(c.pattern, c.text); got != c.want {
			t.Errorf("%q like %q: %v", c.text, c.pattern, got)
		}
	}
}

func TestExpression(t *testing.T) {
	run := map[string]string{"method": "swav+gmm", "seed": "1", "learner": "gmm"}
	has := func(key, pattern string) bool { return Like(pattern, run[key]) }
	for text, want := range map[string]bool{
		"method:swav*": true, "method:swav": false, "method:swav* seed:0": false, "method:swav* seed:0 OR learner:gmm": true,
		"-learner:frozen": true, "-learner:g*": false, "seed:0 OR seed:2": false, `method:"swav+gmm" seed:1`: true, `"method:sw*" -'seed:2'`: true,
	} {
		e, err := Parse("--filter", text, func(string) error { return nil })
		if err != nil || e.Match(has) != want || e.String() != text {
			t.Errorf("%q: %v, %v", text, e.Match(has), err)
		}
	}
	if !(Expression{}).Match(has) {
		t.Error("the zero expression selects nothing")
	}
}

func TestParseRefuses(t *testing.T) {
	known := func(key string) error {
		if key == "seed" {
			return nil
		}
		return errors.New("no such key " + key)
	}
	for text, want := range map[string]string{
		"": "expected terms", "OR seed:1": "nothing stands before OR", "seed:1 OR": "expected terms", "seed": `"seed" is no key:value`, "seed:": "no key:value", "sed:1": "no such key sed", `method:"a b`: `a quote " is not closed`,
	} {
		if _, err := Parse("--filter", text, known); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--filter") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
