package store

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Warning is what a reader of a result should know, of one metric or of the cell as a whole.
type Warning struct {
	Metric string `json:"metric,omitempty"` // key, an observer's after "observer.NAME."; "" for the cell
	Text   string `json:"text"`
}

// Warnings makes warnings about the cell as a whole; never nil.
func Warnings(texts ...string) []Warning {
	out := make([]Warning, len(texts))
	for i, text := range texts {
		out[i] = Warning{Text: text}
	}
	return out
}

// UnmarshalJSON implements json.Unmarshaler. It also reads what results held before warnings had
// fields: a text, behind its metric's key where it begins with a single word and a colon.
func (w *Warning) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*w = Warning{Text: text}
		if key, rest, found := strings.Cut(text, ": "); found && !strings.Contains(key, " ") {
			*w = Warning{Metric: key, Text: rest}
		}
		return nil
	}
	type fields Warning
	var v fields
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("warning %s: expected a text, or an object with metric and text", raw)
	}
	*w = Warning(v)
	return nil
}
