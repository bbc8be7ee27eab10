package bot_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"github.com/docket-handoff/docket/bot/bottest"
)

func (m maker) genuine() []delivery {
	again := "Bearer " + m.good()
	return []delivery{
		m.header("a good message", again),
		m.header("the same token again", again),
		m.token("claims that nobody asked for", bottest.TokenOptions{Claims: map[string]any{"jti": "1", "sub": 5, "roles": []string{"a"}, "x": map[string]any{"iss": "y"}}}),
		m.head("no typ", "typ", nil),
		m.head("another typ", "typ", "at+jwt"),
		m.head("a compression that nobody did", "zip", "DEF"),
		m.token("a stranger's key beside a good signature", bottest.TokenOptions{Header: map[string]any{"jwk": map[string]any{"kty": "RSA"}, "jku": "http://127.0.0.1:9/"}}),
		m.head("a critical extension", "crit", []string{"x"}),
	}
}

func (m maker) headers() []delivery {
	good := m.good()
	return []delivery{
		m.header("no header"),
		m.header("an empty header", ""),
		m.header("the scheme alone", "Bearer"),
		m.header("the token alone", good),
		m.header("Basic", "Basic YTpi"),
		m.header("another scheme before the token", "Token "+good),
		m.header("scheme in small letters", "bearer "+good),
		m.header("scheme in capitals", "BEARER "+good),
		m.header("two blanks", "Bearer  "+good),
		m.header("a tab", "Bearer\t"+good),
		m.header("three parts", "Bearer "+good+" x"),
		m.header("the scheme twice", "Bearer Bearer "+good),
		m.header("a list", "Bearer "+good+",Bearer "+good),
		m.header("a comma at the end", "Bearer "+good+","),
		m.header("quotes", `Bearer "`+good+`"`),
		m.header("two headers", "Bearer "+good, "Bearer "+good),
		m.header("two headers, the first bad", "Bearer x", "Bearer "+good),
		m.claim("a token of nine kilobytes", "x", strings.Repeat("a", 6800)),
	}
}

func (m maker) algorithms() []delivery {
	public := &m.svc.PrivateKey(m.svc.KeyID()).PublicKey
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return []delivery{
		m.token("not signed", bottest.TokenOptions{Alg: "none"}),
		m.head("alg nOnE", "alg", "nOnE"),
		m.head("alg none over a signature", "alg", "none"),
		m.head("no alg", "alg", nil),
		m.head("an alg that is a number", "alg", 256),
		m.head("alg in small letters", "alg", "rs256"),
		m.head("alg with a blank", "alg", "RS256 "),
		m.head("an alg that is not the signature's", "alg", "RS512"),
		m.token("RS384", bottest.TokenOptions{Alg: "RS384"}),
		m.token("RS512", bottest.TokenOptions{Alg: "RS512"}),
		m.token("PS256", bottest.TokenOptions{Alg: "PS256"}),
		m.token("PS512", bottest.TokenOptions{Alg: "PS512"}),
		m.token("ES256", bottest.TokenOptions{Alg: "ES256", Key: curve}),
		m.token("HS256", bottest.TokenOptions{Alg: "HS256", Key: []byte("secret")}),
		m.token("HS256 by the public key", bottest.TokenOptions{Alg: "HS256", Key: der}),
		m.token("HS256 by the public key as text", bottest.TokenOptions{Alg: "HS256", Key: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}),
	}
}

func (m maker) keys() []delivery {
	return []delivery{
		m.head("no kid", "kid", nil),
		m.head("an empty kid", "kid", ""),
		m.head("a kid that is a number", "kid", 7),
		m.head("a kid in a list", "kid", []string{m.svc.KeyID()}),
		m.head("an unknown kid", "kid", "unknown"),
		m.head("a kid in other letters", "kid", strings.ToUpper(m.svc.KeyID())),
		m.head("a path as kid", "kid", "../../keys"),
		m.head("a kid of a kilobyte", "kid", strings.Repeat("k", 1000)),
		m.head("another published key's kid", "kid", m.webchat),
		m.token("a stranger's key", bottest.TokenOptions{Key: bottest.StrangersKey()}),
		m.token("a stranger's key with an unknown kid", bottest.TokenOptions{Key: bottest.StrangersKey(), Header: map[string]any{"kid": "unknown"}}),
		m.token("a stranger's key in the header", bottest.TokenOptions{Key: bottest.StrangersKey(), Header: map[string]any{"jwk": map[string]any{"kty": "RSA"}}}),
	}
}

// shapes bends the token after it was signed.
func (m maker) shapes() []delivery {
	good := m.good()
	parts := strings.Split(good, ".")
	last := good[len(good)-1:]
	// Of the last character's six bits only the first four belong to the signature.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	twin := alphabet[strings.Index(alphabet, last)^1]
	return []delivery{
		m.header("two segments", "Bearer "+parts[0]+"."+parts[1]),
		m.header("four segments", "Bearer "+good+".x"),
		m.header("no signature", "Bearer "+parts[0]+"."+parts[1]+"."),
		m.header("half the signature", "Bearer "+good[:len(good)-100]),
		m.header("a signature with another first letter", "Bearer "+parts[0]+"."+parts[1]+"."+flipped(parts[2])),
		m.header("claims with another letter", "Bearer "+parts[0]+"."+flipped(parts[1])+"."+parts[2]),
		m.header("the signature of another token", "Bearer "+parts[0]+"."+parts[1]+"."+strings.Split(m.svc.Token(bottest.TokenOptions{Claims: map[string]any{"x": 1}}), ".")[2]),
		m.header("padding", "Bearer "+good+"=="),
		m.header("the standard alphabet", "Bearer "+parts[0]+"."+parts[1]+"."+strings.NewReplacer("-", "+", "_", "/").Replace(parts[2])+"+"),
		m.header("loose bits at the end", "Bearer "+good[:len(good)-1]+string(twin)),
		m.header("empty objects", "Bearer e30.e30.e30"),
		m.header("dots", "Bearer .."),
		m.header("no token at all", "Bearer abc"),
	}
}

func flipped(segment string) string {
	if segment[0] == 'Z' {
		return "Y" + segment[1:]
	}
	return "Z" + segment[1:]
}

// texts signs JSON that no library writes.
func (m maker) texts() []delivery {
	return []delivery{
		m.text("white space", "\n {\"alg\":\"RS256\" ,\t\"kid\":\"%s\"} ", " {%s\n}"),
		m.text("a name with an escape", "", `{%s,"\u006ebf":0}`),
		m.text("a claim that is not UTF-8", "", "{%s,\"x\":\"\xff\"}"),
		m.text("half a surrogate pair", "", `{%s,"x":"\ud800"}`),
		m.text("a claim named __proto__", "", `{%s,"__proto__":{"iss":"x"}}`),
		m.text("claims a thousand deep", "", `{%s,"x":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`}`),
		m.text("alg twice, the last good", `{"alg":"none","alg":"RS256","kid":"%s"}`, `{%s}`),
		m.text("alg twice, the last none", `{"alg":"RS256","kid":"%s","alg":"none"}`, `{%s}`),
		m.text("ALG beside alg", `{"ALG":"none","alg":"RS256","kid":"%s"}`, `{%s}`),
		m.text("KID in place of kid", `{"alg":"RS256","KID":"%s"}`, `{%s}`),
		m.text("iss twice, the last good", "", `{"iss":"https://issuer.example",%s}`),
		m.text("iss twice, the last foreign", "", `{%s,"iss":"https://issuer.example"}`),
		m.text("aud twice, the last good", "", `{"aud":"66666666-6666-4666-8666-666666666666",%s}`),
		m.text("aud twice, the last foreign", "", `{%s,"aud":"66666666-6666-4666-8666-666666666666"}`),
		m.text("serviceurl twice, the last foreign", "", `{%s,"serviceurl":"https://evil.example/"}`),
		m.text("exp twice, the last past", "", `{%s,"exp":1}`),
		m.text("claims in a list", "", `[{%s}]`),
		m.text("claims that are null", "", `null`),
		m.text("claims that are text", "", `"hello"`),
		m.text("claims that are no JSON", "", `{%s`),
		m.text("claims and more", "", `{%s}{}`),
		m.text("a header that is a list", `[{"alg":"RS256","kid":"%s"}]`, `{%s}`),
		m.text("a header that is no JSON", `{"alg":"RS256","kid":"%s"`, `{%s}`),
		m.text("a byte order mark", "", "\ufeff{%s}"),
	}
}
