package harness

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Key describes one setting: a dotted path into the sweep's tables.
type Key struct {
	Path    string   `json:"key"`
	Type    string   `json:"type"` // integer, number, text or true/false
	Default string   `json:"default"`
	Choices []string `json:"choices,omitempty"`
	Range   string   `json:"range,omitempty"`   // interval notation, a missing bound is none
	Readers []string `json:"readers,omitempty"` // parts of an arm, or settings with the value at which they read it (gmm.step=constant)
	Needs   []string `json:"needs,omitempty"`   // conditions that must all hold for it to have an effect, alternatives parted by |
	Hashed  bool     `json:"hashed"`            // whether it can change a number
	Doc     string   `json:"doc"`

	onlySet bool  // hashed only where it differs from its default: an addition that changed no existing cell's numbers
	index   []int // field of Resolved, for reflection
}

// allKeys are the settings in the order of the tables. They are read off the types once: a sweep looks thousands of times.
var allKeys = sync.OnceValue(func() []Key { return walk(reflect.TypeFor[Resolved](), "", nil) })

// places are the indices of the settings in allKeys, by path.
var places = sync.OnceValue(func() map[string]int {
	at := map[string]int{}
	for i, k := range allKeys() {
		at[k.Path] = i
	}
	return at
})

// Keys returns every setting in the order of the tables; the slice is the caller's.
func Keys() []Key { return slices.Clone(allKeys()) }

func walk(t reflect.Type, prefix string, index []int) []Key {
	var keys []Key
	for i := range t.NumField() {
		field := t.Field(i)
		at := append(slices.Clone(index), i)
		name := field.Tag.Get("key")
		switch {
		case field.Anonymous:
			keys = append(keys, walk(field.Type, prefix, at)...)
		case field.Type.Kind() == reflect.Struct:
			keys = append(keys, walk(field.Type, prefix+name+".", at)...)
		case name != "":
			keys = append(keys, newKey(field, prefix+name, at))
		}
	}
	return keys
}

func newKey(field reflect.StructField, path string, index []int) Key {
	tag := field.Tag
	return Key{
		Path: path, Type: typeName(field.Type.Kind()), Default: tag.Get("default"),
		Choices: split(tag.Get("in"), "|"), Range: tag.Get("range"), Readers: split(tag.Get("read"), ","), Needs: split(tag.Get("needs"), ","),
		Hashed: tag.Get("hash") != "no", onlySet: tag.Get("hash") == "set", Doc: tag.Get("doc"), index: index,
	}
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
	panic(fmt.Sprintf("harness: settings of kind %s are not supported", k))
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

// findKey returns the key of a path.
func findKey(path string) (Key, bool) {
	i, ok := places()[path]
	if !ok {
		return Key{}, false
	}
	return allKeys()[i], true
}

// isTable reports whether a path is a table that holds keys.
func isTable(path string) bool {
	return slices.ContainsFunc(allKeys(), func(k Key) bool { return strings.HasPrefix(k.Path, path+".") })
}

// Get returns the value of a key: int, float64, string or bool.
func (k Key) Get(r *Resolved) any {
	return reflect.ValueOf(r).Elem().FieldByIndex(k.index).Interface()
}

// readBy reports whether an arm made of the given parts uses the key, be it with certain values of others alone.
func (k Key) readBy(parts []string) bool {
	return k.read(parts, func(string, string) bool { return true })
}

// readAt reports whether an arm made of the given parts uses the key at these settings.
func (k Key) readAt(parts []string, r *Resolved) bool {
	return k.read(parts, func(path, value string) bool {
		other, _ := findKey(path)
		return fmt.Sprint(other.Get(r)) == value
	})
}

func (k Key) read(parts []string, has func(path, value string) bool) bool {
	return len(k.Readers) == 0 || slices.ContainsFunc(k.Readers, func(reader string) bool {
		path, value, setting := strings.Cut(reader, "=")
		if !setting {
			return slices.Contains(parts, reader)
		}
		table, _ := cutLast(path)
		return slices.Contains(parts, table) && has(path, value)
	})
}
