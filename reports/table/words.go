package table

import (
	"strings"
)

// Texts are entries of words.
func Texts(of ...string) []Value {
	var out []Value
	for _, w := range of {
		out = append(out, Value{Text: w})
	}
	return out
}

// ShortKey is the symbol of a setting in labels: "T" of loss.temperature, else the last part, or the
// table where that says more.
func ShortKey(key string) string {
	short := map[string]string{
		"loss.temperature": "T", "prototypes.count": "K", "encoder.dim": "D",
		"train.epochs": "epochs", "train.batch": "B", "data.name": "data", "data.path": "data", "encoder.name": "encoder",
	}
	if s, ok := short[key]; ok {
		return s
	}
	return key[strings.LastIndexByte(key, '.')+1:]
}

// Words is a column of words under one name on pages and in CSV.
func Words(name string) Column { return WordsAs(name, name) }

// WordsAs is a column of words that is named otherwise in CSV.
func WordsAs(name, csv string) Column { return Column{Name: name, CSV: csv, Text: true} }
