package cli

import (
	"io"
	"os"
	"strconv"

	"github.com/mattn/go-isatty"
)

// screen is a terminal that a person looks at.
type screen struct {
	*os.File
	colors bool
}

// onScreen is the writer itself, or the screen that it writes to.
func onScreen(w io.Writer, noColor bool) io.Writer {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) && !isatty.IsCygwinTerminal(f.Fd()) {
		return w
	}
	return &screen{f, !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// paint is one of the terminal's own, as the parameter of its escape sequence.
type paint int

const (
	red    paint = 31
	green  paint = 32
	yellow paint = 33
)

// painted is a text in a colour where w is a screen that has them.
func painted(w io.Writer, c paint, text string) string {
	if s, ok := w.(*screen); !ok || !s.colors {
		return text
	}
	return "\x1b[" + strconv.Itoa(int(c)) + "m" + text + "\x1b[0m"
}

// widthOf is the number of columns that fit: what the shell says in COLUMNS, else what the screen
// itself says, else what was given for a text that goes elsewhere.
func widthOf(w io.Writer, elsewhere int) int {
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
