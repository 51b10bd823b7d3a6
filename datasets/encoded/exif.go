package encoded

import (
	"bytes"
	"encoding/binary"
)

// orientation is how a camera was held, by an image's EXIF data: 1 (upright) to 8; 1 where it says
// nothing.
func orientation(b []byte) int {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8")):
		return tiffOrientation(jpegEXIF(b))
	case bytes.HasPrefix(b, []byte("\x89PNG")):
		return tiffOrientation(chunk(b[min(8, len(b)):], "eXIf", binary.BigEndian, 4))
	case bytes.HasPrefix(b, []byte("RIFF")):
		return tiffOrientation(bytes.TrimPrefix(chunk(b[min(12, len(b)):], "EXIF", binary.LittleEndian, 0), []byte("Exif\x00\x00")))
	}
	return 1
}

// jpegEXIF finds the segment APP1 that begins with "Exif".
func jpegEXIF(b []byte) []byte {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		marker, size := b[at+1], int(binary.BigEndian.Uint16(b[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(b) { // the image begins
			return nil
		}
		if body := b[at+4 : at+2+size]; marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:]
		}
		at += 2 + size
	}
	return nil
}

// chunk finds a chunk of PNG (length, name, body, checksum) or RIFF (name, length, body, padding).
func chunk(b []byte, name string, order binary.ByteOrder, trailer int) []byte {
	for len(b) >= 8 {
		size, id := int(order.Uint32(b)), string(b[4:8])
		if trailer == 0 {
			size, id = int(order.Uint32(b[4:])), string(b[:4])
		}
		if size < 0 || size > len(b)-8 {
			return nil
		}
		if id == name {
			return b[8 : 8+size]
		}
		step := 8 + size + trailer
		if trailer == 0 {
			step += size & 1
		}
		b = b[min(step, len(b)):]
	}
	return nil
}

// tiffOrientation reads tag 0x0112 of the first directory.
func tiffOrientation(b []byte) int {
	const tag, short, head, entry = 0x0112, 3, 8, 12
	if len(b) < head {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < head || at+2 > len(b) {
		return 1
	}
	n := int(order.Uint16(b[at:]))
	for i := range n {
		e := at + 2 + i*entry
		if e+entry > len(b) {
			return 1
		}
		if order.Uint16(b[e:]) == tag && order.Uint16(b[e+2:]) == short {
			if v := int(order.Uint16(b[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
