package store

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Warning is what a reader of a cell's numbers should know: of one metric, of one setting, or of
// the cell as a whole.
type Warning struct {
	Metric string `json:"metric,omitempty"` // key, an observer's after "observer.NAME."
	Key    string `json:"key,omitempty"`    // path of a setting, which the text names as well
	Text   string `json:"text"`
}

// String is the text, behind the metric's key where it is about one.
func (w Warning) String() string {
	if w.Metric == "" {
		return w.Text
	}
	return w.Metric + ": " + w.Text
}

// UnmarshalJSON implements json.Unmarshaler. It also reads what results held before warnings had
// fields: a text, behind its metric's key where it begins with a single word and a colon.
func (w *Warning) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*w = Warning{Text: text}
		if metric, rest, found := strings.Cut(text, ": "); found && !strings.Contains(metric, " ") {
			*w = Warning{Metric: metric, Text: rest}
		}
		return nil
	}
	type fields Warning
	var v fields
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("warning %s: expected a text, or an object with metric, key and text", raw)
	}
	*w = Warning(v)
	return nil
}
