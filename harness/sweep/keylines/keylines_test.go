package keylines

import (
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	text := `# head
a = 1
s = """
b = 2
"""
[t]
"x.y" = [ # list
  1, # c = 3
  "]",
]
u.v = { w = 1, z = { q = 'it''s' } }
[[m]]
k = 'C:\'
[[m]]
k.l = "\""
[m.sub]
n = 0
`
	text = strings.Replace(text, "'it''s'", `"it's"`, 1)
	want := Lines{
		"a": 2, "s": 3, "t": 6, "t.x.y": 7, "t.x": 7, "t.u": 11, "t.u.v": 11, "t.u.v.w": 11, "t.u.v.z": 11, "t.u.v.z.q": 11,
		"m[0]": 12, "m[0].k": 13, "m[1]": 14, "m[1].k": 15, "m[1].k.l": 15, "m[1].sub": 16, "m[1].sub.n": 17,
	}
	if diff := cmp.Diff(want, Find(text)); diff != "" {
		t.Error(diff)
	}
}

// Up to two quotes may end what stands in three of them, and belong to it.
func TestFindBehindManyQuotes(t *testing.T) {
	for _, quotes := range []string{`"""`, `""""`, `"""""`, `'''`, `''''`} {
		open := quotes[:3]
		text := "a = " + open + "\nx = 1\n" + quotes + "\nb = " + open + "y" + quotes + "\nc = 2\n"
		if d := cmp.Diff(Lines{"a": 1, "b": 4, "c": 5}, Find(text)); d != "" {
			t.Errorf("%s: %s", quotes, d)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("a = 1\n[b]\nc.d = \"\"\"x\"\"\"\"\n[[e]]\nf = [{g=1},{h='''\n'''}]\n")
	f.Add("\"a\\\"b\" = 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		defer frugal.Bound(t, len(text))()
		found := Find(text) // must end on anything
		raw := map[string]any{}
		if _, err := toml.Decode(text, &raw); err != nil || strings.ContainsAny(text, `\"'`) {
			return
		}
		for name := range raw {
			if _, several := raw[name].([]map[string]any); !several && found[name] == 0 && name != "" {
				t.Errorf("no line for %q", name)
			}
		}
	})
}
