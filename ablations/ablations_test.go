package ablations

import (
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
