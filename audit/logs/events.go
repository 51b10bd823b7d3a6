package logs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// masked is the checksum that TensorFlow's record files have behind every length and every record.
func masked(b []byte) uint32 {
	sum := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// isEvents reports whether a file begins with a record's length and that length's checksum.
func isEvents(head []byte) bool {
	return len(head) >= 12 && binary.LittleEndian.Uint32(head[8:]) == masked(head[:8])
}

// readEvents reads TensorBoard's events: records of length, checksum, Event, checksum. What a run
// that was killed left unfinished at the end is no error.
func readEvents(r io.Reader, add func(record) error) error {
	for n := 0; ; n++ {
		var head [12]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return unfinished(err)
		}
		size := binary.LittleEndian.Uint64(head[:])
		if !isEvents(head[:]) || size > longestLine {
			return fmt.Errorf("record %d: its length's checksum is wrong: damaged", n)
		}
		body := make([]byte, size+4)
		if _, err := io.ReadFull(r, body); err != nil {
			return unfinished(err)
		}
		if binary.LittleEndian.Uint32(body[size:]) != masked(body[:size]) {
			return fmt.Errorf("record %d: its checksum is wrong: damaged", n)
		}
		e, err := eventOf(body[:size])
		if err == nil && len(e.values) > 0 {
			err = add(e)
		}
		if err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
	}
}

func unfinished(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// field is one of a protocol buffer's.
type field struct {
	number int
	value  uint64 // of numbers, as their bits
	bytes  []byte // of texts and messages
}

// fields calls f for each field of a message.
func fields(b []byte, f func(field) error) error {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return fmt.Errorf("a field without a number: damaged")
		}
		b = b[n:]
		x := field{number: int(key >> 3)}
		switch size := uint64(0); key & 7 {
		case 0:
			if x.value, n = binary.Uvarint(b); n <= 0 {
				return fmt.Errorf("field %d is cut short", x.number)
			}
			b = b[n:]
		case 1, 5:
			size = 8 - key&4
			if uint64(len(b)) < size {
				return fmt.Errorf("field %d is cut short", x.number)
			}
			var eight [8]byte
			copy(eight[:], b[:size])
			x.value, b = binary.LittleEndian.Uint64(eight[:]), b[size:]
		case 2:
			if size, n = binary.Uvarint(b); n <= 0 || size > uint64(len(b)-n) {
				return fmt.Errorf("field %d is cut short", x.number)
			}
			x.bytes, b = b[n:][:size], b[n:][size:]
		default:
			return fmt.Errorf("field %d of kind %d: damaged", x.number, key&7)
		}
		if err := f(x); err != nil {
			return err
		}
	}
	return nil
}

// eventOf reads an Event's step (2) and the scalars of its summary (5).
func eventOf(b []byte) (record, error) {
	r := record{clock: "step", values: map[string]float64{}}
	err := fields(b, func(f field) error {
		switch f.number {
		case 2:
			r.at = float64(int64(f.value))
		case 5:
			return fields(f.bytes, func(v field) error {
				if v.number != 1 {
					return nil
				}
				return scalar(v.bytes, r.values)
			})
		}
		return nil
	})
	return r, err
}

// scalar reads a summary's value: its tag (1), and a number (2) or a tensor of one (8).
func scalar(b []byte, to map[string]float64) error {
	tag, value, found := "", 0.0, false
	err := fields(b, func(f field) error {
		switch f.number {
		case 1:
			tag = string(f.bytes)
		case 2:
			value, found = float64(math.Float32frombits(uint32(f.value))), true
		case 8:
			return fields(f.bytes, func(t field) error {
				const content, floats = 4, 5
				switch {
				case (t.number == content || t.number == floats) && len(t.bytes) == 4:
					value, found = float64(math.Float32frombits(binary.LittleEndian.Uint32(t.bytes))), true
				case t.number == floats && t.bytes == nil:
					value, found = float64(math.Float32frombits(uint32(t.value))), true
				}
				return nil
			})
		}
		return nil
	})
	if found && told(tag) {
		to[tag] = value
	}
	return err
}
