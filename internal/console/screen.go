package console

import (
	"io"
	"os"
	"strconv"

	"github.com/mattn/go-isatty"
)

// Screen is a terminal that a person looks at.
type Screen struct {
	*os.File
	colors bool
}

// OnScreen is the writer itself, or the screen that it writes to.
func OnScreen(w io.Writer, noColor bool) io.Writer {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) && !isatty.IsCygwinTerminal(f.Fd()) {
		return w
	}
	return &Screen{f, !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// Paint is one of the terminal's own, as the parameter of its escape sequence.
type Paint int

// The colours of what went well, of what to look at, and of what went wrong.
const (
	Red    Paint = 31
	Green  Paint = 32
	Yellow Paint = 33
)

// Painted is a text in a colour where w is a screen that has them.
func Painted(w io.Writer, c Paint, text string) string {
	if s, ok := w.(*Screen); !ok || !s.colors {
		return text
	}
	return "\x1b[" + strconv.Itoa(int(c)) + "m" + text + "\x1b[0m"
}

// WidthOf is the number of columns that fit: what the shell says in COLUMNS, else what the screen
// itself says, else what was given for a text that goes elsewhere.
func WidthOf(w io.Writer, elsewhere int) int {
	const least = 20
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= least {
		return n
	}
	if f, ok := w.(interface{ Fd() uintptr }); ok {
		if n := windowWidth(f.Fd()); n >= least {
			return n
		}
	}
	return elsewhere
}
