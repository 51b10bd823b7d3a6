package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Settings are the values of a cell's settings in the order of listings. In JSON they are one
// object in that order.
type Settings []Setting

// Setting is a key path and its value: a whole number (int or int64), float64, string or bool.
type Setting struct {
	Key   string
	Value any
}

// Get returns the value of a key; false where the cell does not read it.
func (s Settings) Get(key string) (value any, ok bool) {
	for _, one := range s {
		if one.Key == key {
			return one.Value, true
		}
	}
	return nil, false
}

// MarshalJSON implements json.Marshaler.
func (s Settings) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, one := range s {
		if i > 0 {
			b = append(b, ',')
		}
		key, err := json.Marshal(one.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(one.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Key, err)
		}
		b = append(append(append(b, key...), ':'), value...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON implements json.Unmarshaler. Numbers without a fraction are int64, others float64.
func (s *Settings) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	open, err := d.Token()
	switch {
	case err != nil:
		return err
	case open == nil: // null
		return nil
	case open != json.Delim('{'):
		return fmt.Errorf("settings: found %v, expected an object", open)
	}
	var out Settings
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return err
		}
		if out, err = out.with(fmt.Sprint(key), value); err != nil {
			return err
		}
	}
	*s = out
	return nil
}

// with adds a value as a JSON decoder has it.
func (s Settings) with(key string, value any) (Settings, error) {
	switch v := value.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil && v != "-0" {
			return append(s, Setting{key, n}), nil
		}
		f, err := v.Float64()
		return append(s, Setting{key, f}), err
	case string, bool:
		return append(s, Setting{key, v}), nil
	}
	return s, fmt.Errorf("settings: %s is %v, expected a number, a text, true or false", key, value)
}
