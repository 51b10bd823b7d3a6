package sweep

import "testing"

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
