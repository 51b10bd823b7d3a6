package datasets

import (
	"errors"
	"testing"
)

func TestOpeningIsUnchangedWithoutASignal(t *testing.T) {
	open := Until(t.Context(), func(o Options) (*Set, error) {
		if o.Name == "absent" {
			return nil, errors.New("no such data")
		}
		return &Set{Name: o.Name}, nil
	})
	if set, err := open(Options{Name: "noise"}); err != nil || set.Name != "noise" {
		t.Error(set, err)
	}
	if _, err := open(Options{Name: "absent"}); err == nil || err.Error() != "no such data" {
		t.Error(err)
	}
}

func TestLibraryOpensOnce(t *testing.T) {
	calls := 0
	l := NewLibrary(func(Options) (*Set, error) { calls++; return &Set{}, nil })
	for range 3 {
		if _, err := l.Open(Options{Name: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Open(Options{Name: "b"}); err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
