package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// opcodes are those of Python's Lib/pickletools.py, by their byte.
var opcodes = [256]func(*machine) error{
	0x80: func(m *machine) error { return m.protocol() },
	0x95: func(m *machine) error { _, err := m.take(8); return err }, // a frame's length, which tells nothing
	'(':  func(m *machine) error { return m.push(mark{}) },
	'0':  func(m *machine) error { return m.discard() },
	'1':  func(m *machine) error { _, err := m.items(); return err },
	'2':  func(m *machine) error { return m.again() },

	'N':  func(m *machine) error { return m.push(nil) },
	0x88: func(m *machine) error { return m.push(true) },
	0x89: func(m *machine) error { return m.push(false) },
	'I':  func(m *machine) error { return m.decimal() },
	'L':  func(m *machine) error { return m.decimal() },
	'J':  func(m *machine) error { return m.integer(4) },
	'K':  func(m *machine) error { return m.integer(1) },
	'M':  func(m *machine) error { return m.integer(2) },
	0x8a: func(m *machine) error { return m.long(1) },
	0x8b: func(m *machine) error { return m.long(4) },
	'F':  func(m *machine) error { return m.floatText() },
	'G':  func(m *machine) error { return m.float() },

	'S':  func(m *machine) error { return m.quoted() },
	'T':  func(m *machine) error { return m.text(4) },
	'U':  func(m *machine) error { return m.text(1) },
	'V':  func(m *machine) error { return m.unicodeLine() },
	'X':  func(m *machine) error { return m.text(4) },
	0x8c: func(m *machine) error { return m.text(1) },
	0x8d: func(m *machine) error { return m.text(8) },
	'B':  func(m *machine) error { return m.bytes(4) },
	'C':  func(m *machine) error { return m.bytes(1) },
	0x8e: func(m *machine) error { return m.bytes(8) },
	0x96: func(m *machine) error { return m.bytes(8) },
	0x97: func(*machine) error { return fmt.Errorf("its data lie in buffers outside of it, which are not read") },
	0x98: func(*machine) error { return nil }, // a buffer is read-only

	']':  func(m *machine) error { return m.push(&List{}) },
	')':  func(m *machine) error { return m.push(Tuple{}) },
	'}':  func(m *machine) error { return m.push(&Dict{}) },
	0x8f: func(m *machine) error { return m.push(&Set{}) },
	'l':  func(m *machine) error { return m.collect(func(items []any) any { return &List{slices.Clone(items)} }) },
	't':  func(m *machine) error { return m.collect(func(items []any) any { return Tuple(slices.Clone(items)) }) },
	0x91: func(m *machine) error { return m.collect(func(items []any) any { return &Set{slices.Clone(items)} }) },
	'd':  func(m *machine) error { return m.dict() },
	0x85: func(m *machine) error { return m.tuple(1) },
	0x86: func(m *machine) error { return m.tuple(2) },
	0x87: func(m *machine) error { return m.tuple(3) },
	'a':  func(m *machine) error { return m.append() },
	'e':  func(m *machine) error { return m.extend() },
	0x90: func(m *machine) error { return m.extend() },
	's':  func(m *machine) error { return m.setItem() },
	'u':  func(m *machine) error { return m.setItems() },

	'p':  func(m *machine) error { return m.putLine() },
	'q':  func(m *machine) error { return m.put(1) },
	'r':  func(m *machine) error { return m.put(4) },
	0x94: func(m *machine) error { return m.remember(len(m.memo)) },
	'g':  func(m *machine) error { return m.getLine() },
	'h':  func(m *machine) error { return m.get(1) },
	'j':  func(m *machine) error { return m.get(4) },

	'c':  func(m *machine) error { return m.global() },
	0x93: func(m *machine) error { return m.stackGlobal() },
	'R':  func(m *machine) error { return m.reduce() },
	'b':  func(m *machine) error { return m.build() },
	0x81: func(m *machine) error { return m.reduce() }, // a new object: called alike
	0x92: func(m *machine) error { return m.newEx() },
	'i':  func(m *machine) error { return m.instance() },
	'o':  func(m *machine) error { return m.object() },
	'P':  func(m *machine) error { return m.persistentLine() },
	'Q':  func(m *machine) error { return m.persistent() },
	0x82: func(m *machine) error { return m.extension(1) },
	0x83: func(m *machine) error { return m.extension(2) },
	0x84: func(m *machine) error { return m.extension(4) },
}

func (m *machine) protocol() error {
	b, err := m.take(1)
	if err == nil && b[0] > highest {
		return fmt.Errorf("protocol %d is newer than %d", b[0], highest)
	}
	return err
}

func (m *machine) discard() error {
	if n := len(m.stack); n > 0 { // also a mark, as Python's own does
		m.stack = m.stack[:n-1]
		return nil
	}
	_, err := m.pop()
	return err
}

func (m *machine) again() error {
	v, err := m.top()
	if err != nil {
		return err
	}
	return m.push(v)
}

// digits is the most that an integer in decimal has: to read longer ones takes longer than they are
// worth.
const digits = 4096

func (m *machine) decimal() error {
	text, err := m.line()
	if err != nil {
		return err
	}
	switch text {
	case "00":
		return m.push(false)
	case "01":
		return m.push(true)
	}
	text = strings.TrimSuffix(text, "L")
	if v, err := strconv.ParseInt(text, 10, 64); err == nil {
		return m.push(v)
	}
	v, ok := new(big.Int).SetString(text[:min(len(text), digits)], 10)
	if !ok || len(text) > digits {
		return fmt.Errorf("%.20q is no integer", text)
	}
	return m.push(v)
}

func (m *machine) integer(n int) error {
	b, err := m.take(n)
	if err != nil {
		return err
	}
	switch n {
	case 1:
		return m.push(int64(b[0]))
	case 2:
		return m.push(int64(binary.LittleEndian.Uint16(b)))
	}
	return m.push(int64(int32(binary.LittleEndian.Uint32(b))))
}

// long reads an integer of any length, in two's complement, the lowest byte first.
func (m *machine) long(n int) error {
	size, err := m.length(n)
	if err != nil {
		return err
	}
	b, err := m.take(size)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return m.push(int64(0))
	}
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	v := new(big.Int).SetBytes(reversed)
	if b[len(b)-1] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if v.IsInt64() {
		return m.push(v.Int64())
	}
	return m.push(v)
}

func (m *machine) floatText() error {
	text, err := m.line()
	if err != nil {
		return err
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%.20q is no number", text)
	}
	return m.push(v)
}

func (m *machine) float() error {
	b, err := m.take(8)
	if err != nil {
		return err
	}
	return m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
}

// quoted reads a text as Python 2 writes it in quotes.
func (m *machine) quoted() error {
	text, err := m.line()
	if err != nil {
		return err
	}
	if len(text) < 2 || text[0] != text[len(text)-1] || text[0] != '\'' && text[0] != '"' {
		return fmt.Errorf("%.20q is no quoted text", text)
	}
	return m.push(unescape(text[1 : len(text)-1]))
}

// unescape resolves Python's escapes of bytes; what is none stays.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	single := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', '\'': '\'', '"': '"', 'a': 7, 'b': 8, 'f': 12, 'v': 11, '0': 0}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		if s[i+1] == 'x' && i+3 < len(s) {
			if v, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				out = append(out, byte(v))
				i += 3
				continue
			}
		}
		if c, ok := single[s[i+1]]; ok {
			out = append(out, c)
			i++
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

// unicodeLine reads a text whose line feeds and backslashes are escaped as \u000a.
func (m *machine) unicodeLine() error {
	text, err := m.line()
	if err != nil {
		return err
	}
	var out strings.Builder
	for len(text) > 0 {
		n := map[string]int{`\u`: 4, `\U`: 8}[text[:min(2, len(text))]]
		if n > 0 && len(text) >= 2+n {
			if v, err := strconv.ParseUint(text[2:2+n], 16, 32); err == nil {
				out.WriteRune(rune(v))
				text = text[2+n:]
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			r = rune(text[0]) // raw-unicode-escape is Latin-1 otherwise
		}
		out.WriteRune(r)
		text = text[size:]
	}
	return m.push(out.String())
}

func (m *machine) text(n int) error {
	size, err := m.length(n)
	if err != nil {
		return err
	}
	b, err := m.take(size)
	if err != nil {
		return err
	}
	return m.push(shared(b))
}

func (m *machine) bytes(n int) error {
	size, err := m.length(n)
	if err != nil {
		return err
	}
	b, err := m.take(size)
	if err != nil {
		return err
	}
	return m.push(b)
}

func (m *machine) persistentLine() error {
	id, err := m.line()
	if err != nil {
		return err
	}
	return m.refer(id)
}

func (m *machine) persistent() error {
	id, err := m.pop()
	if err != nil {
		return err
	}
	return m.refer(id)
}

func (m *machine) refer(id any) error {
	if m.options.Persistent == nil {
		return m.push(Persistent{id})
	}
	v, err := m.options.Persistent(id)
	if err != nil {
		return err
	}
	return m.push(v)
}

// extension stands for a class in a registry that is not in the file.
func (m *machine) extension(n int) error {
	b, err := m.take(n)
	if err != nil {
		return err
	}
	return m.push(Class{"copyreg", fmt.Sprintf("extension %x", b)})
}
