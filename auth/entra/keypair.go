package entra

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	maxPEM     = 1 << 20 // bytes
	minRSABits = 2048
	dateFormat = "2006-01-02 15:04 UTC"
)

// keyPair is a certificate that is valid, and the key that it belongs to.
type keyPair struct {
	certificate *x509.Certificate
	key         *rsa.PrivateKey
}

func readKeyPair(file string, now time.Time) (*keyPair, error) {
	content, err := readBounded(file, maxPEM, checkPrivate)
	if err != nil {
		return nil, err
	}
	certificates, key, err := parsePEM(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, certificate := range certificates {
		if key.PublicKey.Equal(certificate.PublicKey) {
			if err := validAt(certificate, now); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			return &keyPair{certificate, key}, nil
		}
	}
	return nil, fmt.Errorf("%s: the private key does not belong to the certificate", file)
}

func validAt(c *x509.Certificate, now time.Time) error {
	switch {
	case now.After(c.NotAfter):
		return fmt.Errorf("the certificate expired on %s", c.NotAfter.UTC().Format(dateFormat))
	case now.Before(c.NotBefore):
		return fmt.Errorf("the certificate is not valid before %s", c.NotBefore.UTC().Format(dateFormat))
	}
	return nil
}

// parsePEM finds all certificates and the one key.
func parsePEM(content []byte) ([]*x509.Certificate, *rsa.PrivateKey, error) {
	var certificates []*x509.Certificate
	var key *rsa.PrivateKey
	blocks := 0
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		blocks++
		switch {
		case block.Type == "CERTIFICATE":
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, fmt.Errorf("a certificate is damaged: %w", err)
			}
			certificates = append(certificates, certificate)
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			if key != nil {
				return nil, nil, errors.New("there is more than one private key")
			}
			var err error
			if key, err = parseKey(block); err != nil {
				return nil, nil, err
			}
		}
	}
	switch {
	case blocks == 0:
		return nil, nil, errors.New("this is no PEM file; it holds text blocks that start with -----BEGIN")
	case key == nil:
		return nil, nil, errors.New("there is no private key; the file holds the certificate and its key")
	case len(certificates) == 0:
		return nil, nil, errors.New("there is no certificate; the file holds the certificate and its key")
	}
	return certificates, key, nil
}

func parseKey(block *pem.Block) (*rsa.PrivateKey, error) {
	if strings.HasPrefix(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, errors.New("the private key is encrypted; store it without a passphrase, for example by: openssl pkey -in FILE -out FILE")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("the private key is damaged: %w", err)
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return nil, errors.New("the private key is no RSA key; Entra takes nothing else here")
	case rsaKey.N.BitLen() < minRSABits:
		return nil, fmt.Errorf("the private key has %d bits; at least %d are needed", rsaKey.N.BitLen(), minRSABits)
	}
	return rsaKey, nil
}
