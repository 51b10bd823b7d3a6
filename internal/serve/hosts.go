package serve

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// CheckAddress refuses an address to listen at that other machines can reach, unless anyone is set.
func CheckAddress(address string, anyone bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--addr %s: expected HOST:PORT, as 127.0.0.1:8642", address)
	}
	if anyone || loopback(host) {
		return nil
	}
	return fmt.Errorf("--addr %s: other machines could reach it, and whoever does reads these runs; use 127.0.0.1, or add --anyone if that is meant", address)
}

// loopback reports whether a host, a name or an address, is this machine to itself alone.
func loopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// guarded passes on requests that read, and that name this machine: a foreign name that resolves to
// it (DNS rebinding) is refused. Beyond the loopback addresses and this machine's own name count too.
func guarded(next http.Handler, anyone bool) http.Handler {
	own, err := os.Hostname()
	if err != nil {
		own = ""
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		switch {
		case !known(r.Host, own, anyone):
			http.Error(w, "this server answers to the address that it printed, and to no other name", http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "this server shows and takes nothing", http.StatusMethodNotAllowed)
		case !sameSite(r):
			http.Error(w, "another site asked", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// known reports whether a Host header names this machine.
func known(header, own string, anyone bool) bool {
	host := header
	if h, _, err := net.SplitHostPort(header); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	return loopback(host) || anyone && (net.ParseIP(host) != nil || own != "" && strings.EqualFold(host, own))
}

// sameSite reports whether the browser says that one of our own pages, or its user, asked; tools that
// say nothing pass. A link on another site may lead here, its scripts and images may not.
func sameSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}
