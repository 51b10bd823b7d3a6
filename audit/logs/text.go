package logs

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// readLines reads an object a line. Python writes NaN and Infinity bare, which JSON does not know.
func readLines(r io.Reader, add func(record) error) error {
	bare := regexp.MustCompile(`([:,\[]\s*)(NaN|-?Infinity)`)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	object, line := map[string]any{}, map[string]float64{} // of a line, again and again: there may be very many
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		if bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("Infinity")) {
			text = bare.ReplaceAll(text, []byte(`$1"$2"`))
		}
		clear(object)
		clear(line)
		if err := json.Unmarshal(text, &object); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		numbers(line, "", object, 0)
		if err := add(recordOf(line)); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

// numbers collects an object's numbers, those of objects in it under dotted names.
func numbers(to map[string]float64, name string, v any, depth int) {
	const deepest = 4
	switch v := v.(type) {
	case float64:
		to[name] = v
	case string:
		if x, ok := notNumber(v); ok {
			to[name] = x
		}
	case map[string]any:
		if depth > deepest {
			return
		}
		for key, inner := range v {
			numbers(to, join(name, key), inner, depth+1)
		}
	}
}

// notNumber is NaN or an infinity that is written as a text.
func notNumber(s string) (float64, bool) {
	switch s {
	case "NaN", "nan", "Infinity", "-Infinity", "inf", "-inf":
		x, err := strconv.ParseFloat(s, 64)
		return x, err == nil
	}
	return 0, false
}

func join(name, key string) string {
	if name == "" {
		return key
	}
	return name + "." + key
}

// readTable reads CSV with a head. Lightning leaves a column empty in the lines that others fill.
func readTable(r io.Reader, add func(record) error) error {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return err
	}
	names := make([]string, len(head))
	for i, name := range head {
		names[i] = strings.TrimSpace(name)
	}
	line := map[string]float64{}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		clear(line)
		for i, text := range fields {
			if v, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
				line[names[i]] = v
			}
		}
		if err := add(recordOf(line)); err != nil {
			return err
		}
	}
}
