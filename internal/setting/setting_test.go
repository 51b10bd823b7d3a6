package setting

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type queue struct {
	Length int     `key:"length" default:"3" range:"[0,9]" doc:"rows"`
	Rate   float64 `key:"rate" default:"0.5" range:"(0,1)" needs:"queue.length!=0" doc:"share"`
	Kind   string  `key:"kind" default:"ring" in:"ring|shift" read:"queue.length=4" hash:"set" doc:"how"`
}

type paths struct {
	Path string `key:"path" default:"" hash:"no" doc:"folder"`
	Deep bool   `key:"deep" default:"true" read:"a,b" doc:"all of it"`
}

func schema() *Schema {
	return NewSchema([]Table{Of[queue]("queue").OwnedBy("queue"), Of[paths]("paths")}, []Reads{{"c", []string{"paths.deep", "queue.rate"}}, {"b", []string{"paths.deep"}}})
}

func TestSchemaReadsTags(t *testing.T) {
	var got []string
	for _, k := range schema().Keys() {
		got = append(got, strings.Join([]string{k.Path, k.Type, k.Default, k.Range, strings.Join(k.Choices, "|"), strings.Join(k.Readers, ","), strings.Join(k.Needs, ","), k.Doc}, " "))
	}
	want := []string{
		"queue.length integer 3 [0,9]  queue  rows",
		"queue.rate number 0.5 (0,1)  queue,c queue.length!=0 share",
		"queue.kind text ring  ring|shift queue.length=4  how",
		"paths.path text      folder",
		"paths.deep true/false true   a,b,c  all of it",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if k, _ := schema().Find("queue.kind"); !k.OnlySet || !k.Hashed {
		t.Error("queue.kind is hashed where it is set")
	}
	if k, _ := schema().Find("paths.path"); k.Hashed {
		t.Error("paths.path is not hashed")
	}
	if s := schema(); !s.IsTable("queue") || s.IsTable("queue.length") || s.IsTable("que") {
		t.Error("tables")
	}
}

func TestValuesAreIndependent(t *testing.T) {
	a := schema().Defaults()
	b := a
	if e := b.Set("queue.length", int64(4)); e != nil {
		t.Fatal(e)
	}
	if a.Int("queue.length") != 3 || b.Int("queue.length") != 4 || a.Equal(b) || b.IsDefault("queue.length") {
		t.Error(a, b)
	}
	if q := Read[queue](b, "queue"); q != (queue{4, 0.5, "ring"}) {
		t.Error(q)
	}
	Write(&b, "queue", queue{5, 0.25, "shift"})
	if b.Int("queue.length") != 5 || b.Float("queue.rate") != 0.25 || b.Text("queue.kind") != "shift" || !b.Bool("paths.deep") {
		t.Error(b)
	}
	if d := Defaults[queue]("queue"); d != (queue{3, 0.5, "ring"}) {
		t.Error(d)
	}
}

func TestSetRefuses(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
		want  string
	}{
		{"queue.length", "4", `queue.length: found the text "4"; expected an integer in [0,9]; write e.g. length = 3`},
		{"queue.length", 4.0, `queue.length: found the number 4; expected an integer in [0,9]; write e.g. length = 3`},
		{"queue.length", int64(10), `queue.length: found 10; expected a value in [0,9]; the default is 3`},
		{"queue.rate", int64(1), `queue.rate: found 1; expected a value in (0,1); the default is 0.5`},
		{"queue.rate", math.NaN(), `queue.rate: found NaN; expected a value in (0,1); the default is 0.5`},
		{"queue.kind", "rink", `queue.kind: found "rink"; expected one of ring, shift; did you mean ring?`},
		{"queue.kind", []any{}, `queue.kind: found a list; expected a text (one of ring, shift); write e.g. kind = "ring"`},
		{"queue.width", 1, `queue.width: unknown key`},
	} {
		v := schema().Defaults()
		e := v.Set(c.path, c.value)
		if e == nil || e.Error() != c.want {
			t.Errorf("%s = %v: %v\nwant %s", c.path, c.value, e, c.want)
		}
		if !v.Equal(schema().Defaults()) && !slices.Equal(v.v, schema().Defaults().v) {
			t.Errorf("%s: changed", c.path)
		}
	}
	if wrong := Check("queue", queue{Length: 12, Rate: 0.5, Kind: "ring"}); len(wrong) != 1 || wrong[0].Key != "queue.length" {
		t.Error(wrong)
	}
}

func TestReaders(t *testing.T) {
	s := schema()
	v := s.Defaults()
	kind, _ := s.Find("queue.kind")
	rate, _ := s.Find("queue.rate")
	path, _ := s.Find("paths.path")
	if kind.ReadAt([]string{"queue"}, v) || !kind.ReadBy([]string{"queue"}) || kind.ReadBy([]string{"c"}) {
		t.Error("a conditional reader")
	}
	v.MustSet("queue.length", 4)
	if !kind.ReadAt([]string{"queue"}, v) {
		t.Error("the condition holds")
	}
	if !rate.ReadBy([]string{"c"}) || rate.ReadBy([]string{"a"}) || !path.ReadBy(nil) {
		t.Error("readers")
	}
}

func TestPanicsOnProgrammersErrors(t *testing.T) {
	type bad struct {
		N int `key:"n" default:"x"`
	}
	type outside struct {
		N int `key:"n" default:"3" range:"[4,)"`
	}
	for name, f := range map[string]func(){
		"default":        func() { NewSchema([]Table{Of[bad]("bad")}, nil) },
		"range":          func() { NewSchema([]Table{Of[outside]("t")}, nil) },
		"two tables":     func() { NewSchema([]Table{Of[queue]("q"), Of[queue]("q")}, nil) },
		"unknown read":   func() { NewSchema(nil, []Reads{{"a", []string{"no.such"}}}) },
		"unknown path":   func() { schema().Defaults().Get("no.such") },
		"another struct": func() { Read[paths](schema().Defaults(), "queue") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct {
		interval string
		v        float64
		want     bool
	}{
		{"[0,1)", 0, true}, {"[0,1)", 1, false}, {"(0,1]", 0, false}, {"(0,1]", 1, true}, {"[2,)", 1e300, true}, {"(,5]", -1e300, true},
		{"", 7, true}, {"", math.Inf(1), false}, {"[0,)", math.NaN(), false},
	} {
		if inRange(c.v, c.interval) != c.want {
			t.Errorf("%v in %q: want %v", c.v, c.interval, c.want)
		}
	}
}

func TestDecimalsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e30, 1e30).Draw(t, "v")
		k := rateless()
		x, e := k.Convert(v)
		if e != nil || x != v || !strings.ContainsAny(Decimal(v), ".e") {
			t.Errorf("%v: %v, %v", v, x, e)
		}
	})
}

func rateless() Key {
	type number struct {
		X float64 `key:"x" default:"0"`
	}
	return Of[number]("t").keys()[0]
}

func TestNearest(t *testing.T) {
	names := []string{"temperature", "count", "lr_mult"}
	for name, want := range map[string]string{"temprature": "temperature", "temperature": "temperature", "cuont": "count", "zzzzz": "", "lrmult": "lr_mult"} {
		if got := Nearest(name, names); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	word := rapid.StringMatching(`[a-c]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if distance(a, b) != distance(b, a) || distance(a, c) > distance(a, b)+distance(b, c) || (distance(a, b) == 0) != (a == b) {
			t.Fatalf("%q %q %q", a, b, c)
		}
	})
}

func TestSuggest(t *testing.T) {
	names := []string{"temperature", "epsilon"}
	if got := Suggest("epsilom", names, "look it up"); got != "did you mean epsilon?" {
		t.Error(got)
	}
	if got := Suggest("zzz", names, "look it up"); got != "look it up" {
		t.Error(got)
	}
}

// TestFieldsWithoutAKeyAreNoSettings: a table's struct may hold what no sweep sets.
func TestFieldsWithoutAKeyAreNoSettings(t *testing.T) {
	type mixed struct {
		Inner bool
		N     int `key:"n" default:"2" range:"[1,4]"`
	}
	s := NewSchema([]Table{Of[mixed]("m")}, nil)
	v := s.Defaults()
	Write(&v, "m", mixed{Inner: true, N: 3})
	if got := Read[mixed](v, "m"); len(s.Keys()) != 1 || got != (mixed{N: 3}) {
		t.Errorf("%d keys, %+v", len(s.Keys()), got)
	}
	if wrong := Check("m", mixed{Inner: true, N: 9}); len(wrong) != 1 || wrong[0].Key != "m.n" {
		t.Error(wrong)
	}
}
