package ablations

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryAblationOpensWithItsQuestion(t *testing.T) {
	if !slices.Contains(Names(), "joint-vs-decoupled") {
		t.Fatalf("names: %v", Names())
	}
	for _, name := range Names() {
		text, ok := Text(name)
		head, _, _ := strings.Cut(text, "\nname")
		if !ok || !strings.Contains(text, `"`+name+`"`) {
			t.Errorf("%s is not named after its file", name)
		}
		for _, part := range []string{"# Question.", "# Expected", "# What would refute it."} {
			if !strings.Contains(head, part) {
				t.Errorf("%s does not say %q", name, part)
			}
		}
	}
	if _, ok := Text("nothing"); ok {
		t.Error("an unknown name has a text")
	}
}

// The small cut says what it is and where the outcome stands that it is a picture of.
func TestTheQuickCutPointsAtTheOutcome(t *testing.T) {
	text, _ := Text("joint-vs-decoupled-quick")
	found := regexp.MustCompile(`(?m)^note += ".* (results/reference/\S+\.md)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatal("no note names the outcome")
	}
	if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(found[1]))); err != nil {
		t.Error(err)
	}
}
