package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
	"unicode/utf8"
)

// Metrics maps metric keys (with their protocol in the name) to values. In JSON the keys
// are sorted, a value has the shortest digits that give it back, and NaN and infinities,
// which JSON lacks, are null; null is read as NaN. Equal values give equal bytes.
type Metrics map[string]float64

// MarshalJSON implements json.Marshaler.
func (m Metrics) MarshalJSON() ([]byte, error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	b := []byte{'{'}
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		b = append(append(b, key...), ':')
		b = appendNumber(b, m[k])
	}
	return append(b, '}'), nil
}

// UnmarshalJSON implements json.Unmarshaler. It reads what encoding/json has found to be valid JSON
// in one pass: a report reads a great many of these objects.
func (m *Metrics) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(raw), []byte("{"))
	if !ok {
		return fmt.Errorf("metrics: found %.20s, expected an object of numbers", raw)
	}
	out := Metrics{}
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n,")
		if len(rest) == 0 || rest[0] == '}' {
			*m = out
			return nil
		}
		key, value, left, err := member(rest)
		if err != nil {
			return err
		}
		out[key], rest = value, left
	}
}

// member reads one key and number, or null, at the start of an object's text, and returns what
// follows them.
func member(text []byte) (key string, value float64, rest []byte, err error) {
	end := 1
	for end < len(text) && text[end] != '"' {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(text) {
		return "", 0, nil, fmt.Errorf("metrics: found %.20s, expected a name in quotes", text)
	}
	name := text[1:end]
	key = string(name)
	if bytes.IndexByte(name, '\\') >= 0 || !utf8.Valid(name) {
		if err := json.Unmarshal(text[:end+1], &key); err != nil {
			return "", 0, nil, err
		}
	}
	rest = bytes.TrimLeft(text[end+1:], " \t\r\n:")
	stop := bytes.IndexAny(rest, ",} \t\r\n")
	if stop < 0 {
		stop = len(rest)
	}
	number := string(rest[:stop])
	if number == "null" {
		return key, math.NaN(), rest[stop:], nil
	}
	if value, err = strconv.ParseFloat(number, 64); err != nil || number[0] != '-' && (number[0] < '0' || number[0] > '9') {
		return "", 0, nil, fmt.Errorf("metrics: %s is %.20s, expected a number", key, number)
	}
	return key, value, rest[stop:], nil
}

// Number is a float64 for which JSON's null stands where the value is not finite.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) { return appendNumber(nil, float64(n)), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(raw, (*float64)(n))
}

func appendNumber(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(b, "null"...)
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}
