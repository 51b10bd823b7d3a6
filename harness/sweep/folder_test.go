package sweep

import (
	"strings"
	"testing"
)

// Letters, digits and a few signs stay in names of folders, and nothing beside them in the tables of
// characters does.
func TestSafeNames(t *testing.T) {
	for name, want := range map[string]string{
		"swav+gmm": "swav+gmm", "azAZ09": "azAZ09", "a=1.5,b_c-d": "a=1.5,b_c-d",
		"`{@[/:": "------", "a b": "a-b", "é": "-", "../x": "..-x", "": "",
	} {
		if got := safe(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
	if got := safe(string(make([]byte, 100))); len(got) != 80 {
		t.Errorf("a long name has %d letters, want 80", len(got))
	}
}

// Arms whose folders look alike are named with their lines: by signs that folders do not take, and
// by their first 80 letters. Others are not; names that differ in capitals alone are refused.
func TestFoldersThatLookAlike(t *testing.T) {
	long := strings.Repeat("a", 80)
	s := parseReal(t, `name = "x"
references = false
[[method]]
name = "run a"
preset = "swav"
[[method]]
name = "run-a"
preset = "dino"
[[method]]
name = "`+long+`1"
preset = "carp"
[[method]]
name = "`+long+`2"
preset = "msn"
[[method]]
name = "run"
preset = "swav"
loss.temperature = 0.4
`)
	want := []string{"t.toml:4 and 7: the folders of run a and run-a are called alike, run-a__base…", "t.toml:10 and 13: "}
	if len(s.Alike) != len(want) {
		t.Fatalf("%q", s.Alike)
	}
	for i, text := range want {
		if !strings.HasPrefix(s.Alike[i], text) {
			t.Errorf("%q, want %q …", s.Alike[i], text)
		}
	}
}
