package store

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Results of before warnings had fields hold texts; new ones come back as they were written.
func TestWarningsOldAndNew(t *testing.T) {
	var got []Warning
	const old = `["linear@backbone.teacher: linear probe: few rows","method swav: runs short","plain",{"metric":"nmi","text":"a: b"},{"key":"train.lr","text":"c"}]`
	if err := json.Unmarshal([]byte(old), &got); err != nil {
		t.Fatal(err)
	}
	want := []Warning{
		{Metric: "linear@backbone.teacher", Text: "linear probe: few rows"}, {Text: "method swav: runs short"}, {Text: "plain"},
		{Metric: "nmi", Text: "a: b"}, {Key: "train.lr", Text: "c"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	if err := json.Unmarshal(b, &got); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("%s came back as %v, %v", b, got, err)
	}
	if err := json.Unmarshal([]byte(`[7]`), &got); err == nil || !strings.Contains(err.Error(), "warning 7: expected a text") {
		t.Error(err)
	}
}
