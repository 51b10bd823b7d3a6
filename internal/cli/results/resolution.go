package results

import "fmt"

// Resolution is that of the PNG figures which a verb draws.
type Resolution struct {
	DPI *int `name:"dpi" placeholder:"N" help:"Pixels per inch of the PNG figures, 30 to 1200 (240)."`
}

// Validate refuses resolutions that show nothing or fill the memory.
func (r Resolution) Validate() error {
	if r.DPI != nil && (*r.DPI < 30 || *r.DPI > 1200) {
		return fmt.Errorf("--dpi %d: expected 30 to 1200", *r.DPI)
	}
	return nil
}

// Pixels are those of an inch; 0 where nothing is said.
func (r Resolution) Pixels() int {
	if r.DPI == nil {
		return 0
	}
	return *r.DPI
}
