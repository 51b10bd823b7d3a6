package list

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListText(t *testing.T) {
	s := section{code: 1, head: []string{"name", "what it is", "source", "range"}, rows: []row{
		{cells: []string{"a", "one two three four five six seven eight nine ten", "somebody 2020", ""}},
		{cells: []string{"longer", "", "somebody with a name too long for a column", "[0,1]"}},
	}}
	for _, c := range []struct {
		width int
		want  string
	}{
		{200, `name    what it is                                        source                                      range
a       one two three four five six seven eight nine ten  somebody 2020
longer                                                    somebody with a name too long for a column  [0,1]
`},
		{106, `name    what it is                                    source                                      range
a       one two three four five six seven eight nine  somebody 2020
        ten
longer                                                somebody with a name too long for a column  [0,1]
`},
		{30, `name    range
a
    one two three four five
    six seven eight nine ten
    source: somebody 2020
longer  [0,1]
    source: somebody with a
    name too long for a column
`},
	} {
		var b strings.Builder
		if err := listText(&b, s, c.width); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Errorf("%d columns: %s", c.width, diff)
		}
	}
}

func TestWrapped(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "one": "one", "one two": "one two", "ääää öööö üüüü": "ääää öööö|üüüü", "atoolongword x y": "atoolongword|x y", " a  b ": "a b",
	} {
		if got := strings.Join(wrapped(text, 9), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
