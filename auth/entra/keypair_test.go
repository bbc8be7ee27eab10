package entra_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/docket-handoff/docket/auth/entra"
)

func TestNewCertificateSaysWhatIsWrongWithTheFile(t *testing.T) {
	certificate, key := pemCertificate(certify(t, firstKey())), pemKey(t, firstKey())
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind, content string) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(content)})
	}
	locked := pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("x"),
	})
	for _, row := range []struct {
		name    string
		content [][]byte
		want    string
	}{
		{"nothing", nil, "no PEM file"},
		{"a PFX file", [][]byte{{0x30, 0x82, 0x0a, 0x11}}, "no PEM file"},
		{"no key", [][]byte{certificate}, "no private key"},
		{"no certificate", [][]byte{key}, "no certificate"},
		{"another key", [][]byte{certificate, pemKey(t, secondKey())}, "does not belong to the certificate"},
		{"two keys", [][]byte{certificate, key, key}, "more than one private key"},
		{"an encrypted key", [][]byte{certificate, block("ENCRYPTED PRIVATE KEY", "x")}, "is encrypted"},
		{"a key encrypted the old way", [][]byte{certificate, locked}, "is encrypted"},
		{"a key on a curve", [][]byte{certificate, pemKey(t, curve)}, "no RSA key"},
		{"a key that says it is on a curve", [][]byte{certificate, block("EC PRIVATE KEY", "x")}, "no RSA key"},
		{"a damaged key", [][]byte{certificate, block("PRIVATE KEY", "x")}, "key is damaged"},
		{"a damaged certificate", [][]byte{block("CERTIFICATE", "x"), key}, "certificate is damaged"},
		{"a short key", [][]byte{pemCertificate(certify(t, mustKey(1024))), pemKey(t, mustKey(1024))}, "1024 bits"},
		{"an expired certificate", [][]byte{pemCertificate(certifyUntil(t, firstKey(), time.Date(2026, 11, 22, 18, 30, 0, 0, time.UTC))), key}, "expired on 2026-11-22 18:30 UTC"},
		{"a certificate of tomorrow", [][]byte{pemCertificate(certifyUntil(t, firstKey(), time.Date(2027, 11, 24, 0, 0, 0, 0, time.UTC))), key}, "not valid before 2026-11-24 00:00 UTC"},
		{"too much", [][]byte{bytes.Repeat([]byte("x"), 1<<20+1)}, "too large"},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := writeFile(t, row.content...)
			_, err := entra.NewCertificate(entra.CertificateConfig{AppID: appID, File: file, Clock: newClock().Now})
			wantError(t, err, secretsOf(bytes.Join(row.content, nil)), row.want, file)
		})
	}
}

func TestAKeyFileIsPrivate(t *testing.T) {
	file := writeFile(t, pemCertificate(certify(t, firstKey())), pemKey(t, firstKey()))
	for mode, open := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o660: true, 0o644: true} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		_, err := entra.NewCertificate(entra.CertificateConfig{AppID: appID, File: file, Clock: newClock().Now})
		switch {
		case open:
			wantError(t, err, nil, "chmod 600 "+file)
		case err != nil:
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestAFileThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	for file, want := range map[string]string{
		filepath.Join(folder, "missing.pem"): "no such file or directory",
		folder:                               "is not a file",
	} {
		_, err := entra.NewCertificate(entra.CertificateConfig{AppID: appID, File: file, Clock: newClock().Now})
		wantError(t, err, nil, file, want)
	}
}
