package auth_test

import (
	"fmt"
	"log"

	"github.com/docket-handoff/docket/auth"
)

// The bot's token goes to the hosts of its cloud, and to a stand-in on this
// machine that is named with its port.
func ExampleHosts_Check() {
	hosts, err := auth.NewHosts(auth.Public, "127.0.0.1:3980")
	if err != nil {
		log.Fatal(err)
	}
	for _, address := range []string{
		"https://smba.trafficmanager.net/emea/",
		"http://127.0.0.1:3980/connector/",
		"http://smba.trafficmanager.net/emea/",
		"https://evil.trafficmanager.net/",
		"https://smba.trafficmanager.net@evil.example/",
	} {
		fmt.Println(hosts.Check(address) == nil, address)
	}
	// Output:
	// true https://smba.trafficmanager.net/emea/
	// true http://127.0.0.1:3980/connector/
	// false http://smba.trafficmanager.net/emea/
	// false https://evil.trafficmanager.net/
	// false https://smba.trafficmanager.net@evil.example/
}

// A setting names the cloud.
func ExampleCloudByName() {
	cloud, err := auth.CloudByName("gov")
	fmt.Println(cloud.Issuer, err)
	_, err = auth.CloudByName("mars")
	fmt.Println(err)
	// Output:
	// https://api.botframework.us <nil>
	// auth: unknown cloud "mars"; known are public, gov, dod and china
}
