package setting

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Key describes one setting: a dotted path into the sweep's tables.
type Key struct {
	Path    string   `json:"key"`
	Type    string   `json:"type"` // integer, number, text or true/false
	Default string   `json:"default"`
	Choices []string `json:"choices,omitempty"`
	Range   string   `json:"range,omitempty"`   // interval notation, a missing bound is none
	Readers []string `json:"readers,omitempty"` // parts of an arm, or settings with the value at which they read it (gmm.step=constant); none: every run
	Needs   []string `json:"needs,omitempty"`   // conditions that must all hold for it to have an effect, alternatives parted by |
	Hashed  bool     `json:"hashed"`            // whether it can change a number
	Doc     string   `json:"doc"`

	// OnlySet says that the key is hashed only where it differs from its default: an addition that
	// changed no existing cell's numbers.
	OnlySet bool `json:"-"`

	// Quiet says that a cell's config names the key only where it differs from its default: an
	// addition that left existing configs as they were.
	Quiet bool `json:"-"`

	// Least is the value under which float32 no longer holds what comes of it, such as exp(-s/value)
	// of scores s; 0 where there is none.
	Least float64 `json:"-"`

	Also []string `json:"-"` // what other programs call it: for suggestions

	kind  reflect.Kind
	value any // the default
	at    int // place in the schema
}

// Cut splits a path into its table and the key's name there.
func Cut(path string) (table, name string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

// newKey reads a field's tags; owner, unless empty, reads what no tag says who reads.
func newKey(field reflect.StructField, table, owner string) Key {
	tag := field.Tag
	k := Key{
		Path: table + "." + tag.Get("key"), Type: typeName(field.Type.Kind()), Default: tag.Get("default"),
		Choices: split(tag.Get("in"), "|"), Range: tag.Get("range"), Readers: split(tag.Get("read"), ","), Needs: split(tag.Get("needs"), ","),
		Hashed: tag.Get("hash") != "no", OnlySet: tag.Get("hash") == "set", Quiet: tag.Get("config") == "set", Doc: tag.Get("doc"),
		Also: split(tag.Get("also"), ","), kind: field.Type.Kind(),
	}
	if len(k.Readers) == 0 && owner != "" {
		k.Readers = []string{owner}
	}
	if least := tag.Get("least"); least != "" {
		k.Least = bound(least, 0)
	}
	k.value = k.parse()
	return k
}

func typeName(k reflect.Kind) string {
	switch k {
	case reflect.Int:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true/false"
	}
	panic(fmt.Sprintf("setting: fields of kind %s are not supported", k))
}

func split(s, sep string) []string {
	if s == "" {
		return nil
	}
	parts := strings.Split(s, sep)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// parse reads the default tag; one that does not fit its own key is a programmer's error.
func (k Key) parse() any {
	var v any = k.Default
	var err error
	switch k.kind {
	case reflect.Int:
		v, err = strconv.Atoi(k.Default)
	case reflect.Float64:
		v, err = strconv.ParseFloat(k.Default, 64)
	case reflect.Bool:
		v, err = strconv.ParseBool(k.Default)
	}
	if err != nil {
		panic(fmt.Sprintf("setting: default of %s: %v", k.Path, err))
	}
	if e := k.check(v); e != nil {
		panic("setting: default of " + e.Error())
	}
	return v
}

// DefaultValue returns the default: int, float64, string or bool.
func (k Key) DefaultValue() any { return k.value }

// ReadBy reports whether an arm made of the given parts reads the key, be it with certain values of
// others alone.
func (k Key) ReadBy(parts []string) bool {
	return k.read(parts, func(string, string) bool { return true })
}

// ReadAt reports whether an arm made of the given parts reads the key at these values.
func (k Key) ReadAt(parts []string, v Values) bool {
	return k.read(parts, func(path, value string) bool { return fmt.Sprint(v.Get(path)) == value })
}

func (k Key) read(parts []string, has func(path, value string) bool) bool {
	return len(k.Readers) == 0 || slices.ContainsFunc(k.Readers, func(reader string) bool {
		path, value, conditional := strings.Cut(reader, "=")
		if !conditional {
			return slices.Contains(parts, reader)
		}
		table, _ := Cut(path)
		return slices.Contains(parts, table) && has(path, value)
	})
}
