package pickle

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"protobench/internal/frugal"

	"github.com/google/go-cmp/cmp"
)

func ints(v ...int64) *List {
	l := &List{}
	for _, x := range v {
		l.Items = append(l.Items, x)
	}
	return l
}

func load(t *testing.T, b string) any {
	t.Helper()
	v, rest, err := Load([]byte(b), Options{})
	if err != nil || len(rest) > 0 {
		t.Fatalf("%q: %v, %d bytes left", b, err, len(rest))
	}
	return v
}

// TestProtocols reads what testdata/make.py wrote with Python and NumPy.
func TestProtocols(t *testing.T) {
	power := new(big.Int).Lsh(big.NewInt(1), 100)
	want := map[string]any{
		"none": nil, "true": true, "false": false,
		"ints": ints(0, 1, -1, 255, 65535, 65536, math.MinInt32, math.MaxInt32+1, math.MaxInt64, math.MinInt64),
		"big":  power, "negative": new(big.Int).Neg(power),
		"floats": &List{[]any{0.5, -1e300, 1.0 / 3}}, "complex": complex(1, 2),
		"text": "café 中\n\\", "bytes": []byte("\x00\xff'\n"), "bytearray": []byte("ab"),
		"tuple": Tuple{int64(1), Tuple{int64(2), int64(3)}, Tuple{}, Tuple{"a"}}, "set": &Set{[]any{int64(7)}}, "frozenset": &Set{[]any{int64(8)}},
		"ordered": &Dict{[]Entry{{"b", int64(1)}, {"a", int64(2)}}},
		"shared":  &List{[]any{&List{[]any{"shared"}}, &List{[]any{"shared"}}}},
		"nested":  &Dict{[]Entry{{"list", &List{[]any{ints(1), &List{[]any{int64(2), ints(3)}}}}}}},
		"u1":      &Array{DType: DType{Kind: 'u', Size: 1}, Shape: []int{2, 3}, Data: []byte{0, 1, 2, 3, 4, 5}},
		"f4":      &Array{DType: DType{Kind: 'f', Size: 4}, Shape: []int{2}, Data: []byte{0, 0, 0, 0x3f, 0, 0, 0, 0xc0}},
		"big i8": &Array{DType: DType{Kind: 'i', Size: 8, Big: true}, Shape: []int{2},
			Data: []byte{0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}},
		"fortran": &Array{DType: DType{Kind: 'i', Size: 4}, Shape: []int{2, 3}, Fortran: true,
			Data: []byte{0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0}},
		"objects": &Array{DType: DType{Kind: 'O', Size: 8}, Shape: []int{2}, Objects: []any{nil, "x"}},
		"scalar":  0.25, "scalar int": int64(-3), "dtype": &DType{Kind: 'f', Size: 4},
		"class": Class{"__main__", "Strange"},
	}
	for protocol := range 6 {
		b, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("protocol%d.pkl", protocol)))
		if err != nil {
			t.Fatal(err)
		}
		d, ok := load(t, string(b)).(*Dict)
		if !ok || len(d.Entries) != len(want)+1 {
			t.Fatalf("protocol %d: %d entries", protocol, len(d.Entries))
		}
		for key, value := range want {
			got, _ := d.Get(key)
			if diff := cmp.Diff(value, got, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })); diff != "" {
				t.Errorf("protocol %d, %s: %s", protocol, key, diff)
			}
		}
		shared, _ := d.Get("shared")
		if l := shared.(*List).Items; l[0] != l[1] {
			t.Errorf("protocol %d: what is shared is two", protocol)
		}
		strange, _ := d.Get("strange")
		o, ok := strange.(*Object)
		if !ok || protocol >= 2 && o.Class != (Class{"__main__", "Strange"}) {
			t.Fatalf("protocol %d: %#v", protocol, strange)
		}
		if harm, _ := o.State.(*Dict).Get("harm"); harm != "none" {
			t.Errorf("protocol %d: state %v", protocol, harm)
		}
	}
}

// TestPython2 reads what Python 2's cPickle writes: texts that are bytes, arrays whose data are
// texts.
func TestPython2(t *testing.T) {
	array := "\x80\x02}q\x01(U\x04dataq\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85U\x01b\x87Rq\x05" +
		"(K\x01K\x01K\x03\x86cnumpy\ndtype\nq\x06U\x02u1K\x00K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x03\x01\xff\x02tbU\x06labelsq\x08]q\x09(K\x01K\x02eu."
	d := load(t, array).(*Dict)
	data, _ := d.Get("data")
	want := &Array{DType: DType{Kind: 'u', Size: 1}, Shape: []int{1, 3}, Data: []byte{1, 255, 2}}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Error(diff)
	}
	if labels, _ := d.Get("labels"); !cmp.Equal(labels, any(ints(1, 2))) {
		t.Error(labels)
	}
}

func TestNothingRuns(t *testing.T) {
	for _, b := range []string{
		"cos\nsystem\n(S'touch harm'\ntR.",
		"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04harm\x85R.",
		"(S'touch harm'\nios\nsystem\n.",
		"(cos\nsystem\nS'touch harm'\no.",
	} {
		o, ok := load(t, b).(*Object)
		if !ok || o.Class != (Class{"os", "system"}) {
			t.Errorf("%q is %#v", b, o)
		}
	}
}

func TestMoreClassesAndReferences(t *testing.T) {
	o := Options{
		Classes:    map[string]Caller{"torch.Size": func(args Tuple) (any, error) { return args[0], nil }},
		Persistent: func(id any) (any, error) { return fmt.Sprint("storage ", id), nil },
	}
	v, rest, err := Load([]byte("\x80\x02ctorch\nSize\n(K\x02t\x85R\x8c\x01aQ\x86.rest"), o)
	if err != nil || string(rest) != "rest" || !cmp.Equal(v, any(Tuple{Tuple{int64(2)}, "storage a"})) {
		t.Errorf("%v, %q, %v", v, rest, err)
	}
	if v := load(t, "\x80\x02\x8c\x01aQ."); v != (Persistent{"a"}) {
		t.Errorf("%#v", v)
	}
	o.Persistent = func(any) (any, error) { return nil, errors.New("no such storage") }
	if _, _, err := Load([]byte("Pa\n."), o); err == nil || !strings.Contains(err.Error(), "no such storage") {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	long := "(" + strings.Repeat("K\x01", 1<<16) + "lq\x010" + strings.Repeat("c__builtin__\nlist\nh\x01\x85R0", 200) + "N."
	array := func(shape, data string) string {
		return "\x80\x02cnumpy.core.multiarray\n_reconstruct\n)R(K\x01" + shape + "cnumpy\ndtype\nU\x02f4\x85R\x89" + data + "tb."
	}
	for _, c := range []struct{ b, want string }{
		{"", "byte 0: 1 bytes are asked for where 0 are left"},
		{"<html>", "opcode 0x3c"},
		{"\x80\x06.", "protocol 6"},
		{".", "nothing is on the stack"},
		{"(.", "a mark stands"},
		{"K", "cut short"},
		{"X\xff\xff\xff\x7fa", "a length of 2147483647 in a pickle of 6 bytes"},
		{"\x8e\xff\xff\xff\xff\xff\xff\xff\xff", "a length of"},
		{"h\x05.", "memo 5 was never set"},
		{"t.", "no mark"},
		{"(K\x01d.", "do not pair up"},
		{"K\x01K\x01a.", "items are added to a value of type int"},
		{"K\x01K\x01K\x01s.", "keys are set of a value of type int"},
		{"K\x01}b.", "a state is set"},
		{"I1x\n.", "no integer"},
		{"Fx\n.", "no number"},
		{"Sx\n.", "no quoted text"},
		{"\x97.", "buffers outside"},
		{array("K\x02\x85", "U\x03abc"), "shape [2] of <f4 with 3 bytes"},
		{array("J\xff\xff\xff\xff\x85", "U\x03abc"), "-1 is no size"},
		{array("J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x87", "U\x03abc"), "with 3 bytes"},
		{"cnumpy\ndtype\nU\x03zz9\x85R.", "no type of NumPy's"},
		{"cnumpy.core.multiarray\nscalar\n)R.", "not 2"},
		{"I" + strings.Repeat("9", 5000) + "\n.", "no integer"},
		{long, "copy more than four times"},
	} {
		if v, _, err := Load([]byte(c.b), Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: got %v, %v; want %q", c.b, v, err, c.want)
		}
	}
}

// TestShort tells pickles that more bytes may mend from those that none can.
func TestShort(t *testing.T) {
	for b, short := range map[string]bool{"K": true, "X\x02\x00\x00\x00a": true, "cos\nsys": true, "I1": true, "": true, "<html>": false, "t.": false} {
		if _, _, err := Load([]byte(b), Options{}); errors.Is(err, ErrShort) != short {
			t.Errorf("%q: %v", b, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for protocol := range 6 {
		b, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("protocol%d.pkl", protocol)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("(cos\nsystem\nS'x'\no."))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer frugal.Bound(t, len(b))()
		v, rest, err := Load(b, Options{})
		if err == nil && len(rest) >= len(b) {
			t.Errorf("%v out of nothing", v)
		}
		_ = Kind(v)
	})
}
